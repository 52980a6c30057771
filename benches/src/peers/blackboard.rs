//! iceoryx2 0.10, the blackboard: the latest value under each key, between processes (`ipc::Service`).
//!
//! As its example `blackboard` (`creator.rs`, `opener.rs`) uses it: handles of the entries are made once, the writer
//! updates with a copy, the reader gets a copy. Who polls asks `is_up_to_date` first, as the documentation of
//! `EntryHandle` shows.

use std::hint::black_box;
use std::time::Instant;

use iceoryx2::port::reader::{BlackboardValue, EntryHandle};
use iceoryx2::port::writer::EntryHandleMut;
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::blackboard::PortFactory;

use super::iceoryx2::Home;
use super::latency::{self, OF_CHILD, OF_PARENT, Setup};
use super::ping_pong::{is_message, numbered, spin};
use super::pod::Pod;
use super::{Absent, Peer, peer};
use crate::child::Parent;
use crate::measure::Run;
use crate::pair::{self, Side};

const KEY: u64 = 7;

/// Updates the [`Pod`] under one key.
pub(super) fn update_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let home = Home::new()?;
        let mut pod = Pod::new(KEY);
        let it = (writer(&create(&home, "pods", pod)?)?, home);
        Ok(Box::new(move |n| {
            let (entry, _) = &it;
            let began = Instant::now();
            for _ in 0..n {
                pod.numbers[0] += 1.0;
                entry.update_with_copy(*black_box(&pod));
            }
            Ok(began.elapsed())
        }))
    };
    peer(PEER, run())
}

/// Gets the [`Pod`] under one key.
pub(super) fn get_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let home = Home::new()?;
        let service = create(&home, "pods", Pod::new(KEY))?;
        let it = (reader::<Pod>(&service)?, service, home);
        Ok(Box::new(move |n| {
            let (entry, ..) = &it;
            let began = Instant::now();
            for _ in 0..n {
                black_box(black_box(entry).get().numbers[0]);
            }
            Ok(began.elapsed())
        }))
    };
    peer(PEER, run())
}

/// The name of the other side.
pub(super) const PEER: &str = "iceoryx2 blackboard";

/// Spinning readers of one value in each direction.
pub(super) fn latency(size: usize) -> Peer {
    match size {
        64 => latency_of::<64>(),
        1024 => latency_of::<1024>(),
        65_536 => latency_of::<65_536>(),
        _ => Err(Absent {
            by: PEER.to_owned(),
            why: "its values have a fixed size and are copied over the stack: not this large".to_owned(),
        }),
    }
}

fn latency_of<const SIZE: usize>() -> Peer {
    let run = || {
        let home = Home::new()?;
        let setup = Setup::new(&home.directory, SIZE, 1);
        let services = OF_PARENT.map(|name| create(&home, name, [0u8; SIZE]));
        let side = Entries::<SIZE>::new(&home, OF_PARENT)?;
        let child = setup.start_other(PEER)?;
        Ok(latency::run(&setup, side, (services, home), child))
    };
    peer(PEER, run())
}

/// The other side.
pub(super) fn answer(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    let home = Home::at(&setup.directory)?;
    match setup.size {
        64 => pair::answer(parent, setup.other, Entries::<64>::new(&home, OF_CHILD)?),
        1024 => pair::answer(parent, setup.other, Entries::<1024>::new(&home, OF_CHILD)?),
        _ => pair::answer(parent, setup.other, Entries::<65_536>::new(&home, OF_CHILD)?),
    }
}

/// Creates the blackboard with this name, with one value.
fn create<T>(home: &Home, name: &str, value: T) -> anyhow::Result<PortFactory<ipc::Service, u64>>
where
    T: ZeroCopySend + Copy + 'static,
{
    let service = home.node()?.service_builder(&name.try_into()?).blackboard_creator::<u64>();
    Ok(service.add(KEY, value).create()?)
}

/// Opens the blackboard with this name.
fn open(home: &Home, name: &str) -> anyhow::Result<PortFactory<ipc::Service, u64>> {
    Ok(home.node()?.service_builder(&name.try_into()?).blackboard_opener::<u64>().open()?)
}

fn writer<T>(service: &PortFactory<ipc::Service, u64>) -> anyhow::Result<EntryHandleMut<ipc::Service, u64, T>>
where
    T: ZeroCopySend + Copy,
{
    Ok(service.writer_builder().create()?.entry(&KEY)?)
}

fn reader<T>(service: &PortFactory<ipc::Service, u64>) -> anyhow::Result<EntryHandle<ipc::Service, u64, T>>
where
    T: ZeroCopySend + Copy,
{
    Ok(service.reader_builder().create()?.entry(&KEY)?)
}

/// One side: writes one value, reads another.
struct Entries<const SIZE: usize> {
    message: [u8; SIZE],
    to: EntryHandleMut<ipc::Service, u64, [u8; SIZE]>,
    from: EntryHandle<ipc::Service, u64, [u8; SIZE]>,
    last: BlackboardValue<[u8; SIZE]>,
}

impl<const SIZE: usize> Entries<SIZE> {
    fn new(home: &Home, [to, from]: [&str; 2]) -> anyhow::Result<Self> {
        let from = reader(&open(home, from)?)?;
        Ok(Self { message: [1; SIZE], to: writer(&open(home, to)?)?, last: from.get(), from })
    }
}

impl<const SIZE: usize> Side for Entries<SIZE> {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        numbered(&mut self.message, number)?;
        self.to.update_with_copy(self.message);
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        spin(|| {
            if self.from.is_up_to_date(&self.last) {
                return Ok(None);
            }
            self.last = self.from.get();
            Ok(is_message(&*self.last, number).then_some(()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() -> anyhow::Result<()> {
        let home = Home::new()?;
        let service = create(&home, "pods", Pod::new(1))?;
        let reader = reader::<Pod>(&open(&home, "pods")?)?;
        assert_eq!(*reader.get(), Pod::new(1));
        writer(&service)?.update_with_copy(Pod::new(2));
        assert_eq!(*reader.get(), Pod::new(2));
        Ok(())
    }
}
