//! iceoryx2 0.10, publish/subscribe between processes (`ipc::Service`).
//!
//! As its own benchmark (`benchmarks/publish-subscribe` of its repository) and its examples `publish_subscribe` and
//! `publish_subscribe_dynamic_data` use it: no history, overflow allowed, a sample loaned without being zeroed,
//! written once and sent. For latency the next sample is loaned while the answer is on its way. The blocking receiver
//! waits for an event (`benchmarks/event`, example `event_based_communication`).

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use iceoryx2::config::Config;
use iceoryx2::port::listener::Listener;
use iceoryx2::port::notifier::Notifier;
use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::prelude::*;
use iceoryx2::sample_mut_uninit::SampleMutUninit;
use iceoryx2::service::port_factory::publish_subscribe::PortFactory;
use tempfile::TempDir;

use super::latency::{self, OF_CHILD, OF_PARENT, Setup};
use super::ping_pong::{check_message, numbered, pin, spin};
use super::pod::Pod;
use super::{Peer, peer};
use crate::child::Parent;
use crate::measure::Run;
use crate::pair::{self, Side};

/// Publishes a [`Pod`] that nobody receives.
pub(super) fn publish_64() -> Peer {
    let run = PodPublisher::new().map(|mut it| -> Box<Run<'static>> { Box::new(move |n| it.publish(n)) });
    peer("iceoryx2 publish", run)
}

/// Publishes a [`Pod`] that a subscriber on core 1 receives.
pub(super) fn publish_64_followed() -> Peer {
    let run = PodPublisher::new().map(|mut it| -> Box<Run<'static>> {
        Box::new(move |n| {
            let home = Arc::clone(&it.home);
            while_followed(&home, || {
                // The publisher notices the subscriber outside of the time.
                it.publish(1)?;
                it.publish(n)
            })
        })
    });
    peer("iceoryx2 publish, 1 subscriber", run)
}

/// Publishes slices of this many numbers, which nobody receives.
pub(super) fn publish_vector(len: usize) -> Peer {
    peer("iceoryx2 publish", vector_publisher(len))
}

/// The names of the other sides.
pub(super) const SPINNING: &str = "iceoryx2";
pub(super) const BLOCKING: &str = "iceoryx2 with an event";

/// Spinning receivers.
pub(super) fn latency_spinning(size: usize) -> Peer {
    let run = || {
        let home = Home::new()?;
        let setup = Setup::new(&home.directory, size, 1);
        let side = Ports::new(&home, size, OF_PARENT)?;
        let child = setup.start_other(SPINNING)?;
        Ok(latency::run(&setup, side, home, child))
    };
    peer(SPINNING, run())
}

/// The other side.
pub(super) fn answer_spinning(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    pair::answer(parent, setup.other, Ports::new(&Home::at(&setup.directory)?, setup.size, OF_CHILD)?)
}

/// Receivers that wait for an event.
pub(super) fn latency_blocking(size: usize, other: usize) -> Peer {
    let run = || {
        let home = Home::new()?;
        let setup = Setup::new(&home.directory, size, other);
        let side = Waiting::new(&home, size, OF_PARENT)?;
        let child = setup.start_other(BLOCKING)?;
        Ok(latency::run(&setup, side, home, child))
    };
    peer(BLOCKING, run())
}

/// The other side.
pub(super) fn answer_blocking(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    pair::answer(parent, setup.other, Waiting::new(&Home::at(&setup.directory)?, setup.size, OF_CHILD)?)
}

/// Where iceoryx2 keeps its files, apart from those of anybody else.
pub(super) struct Home {
    config: Config,
    pub(super) directory: PathBuf,
    _files: Option<Files>,
}

impl Home {
    /// A new one, which is removed with this.
    pub(super) fn new() -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("speculo-bench-").tempdir()?;
        let home = Self::at(directory.path())?;
        Ok(Self { _files: Some(Files { directory }), ..home })
    }

    /// The one that another process has made there.
    pub(super) fn at(directory: &std::path::Path) -> anyhow::Result<Self> {
        set_log_level(LogLevel::Error);
        let mut config = Config::default();
        config.global.set_root_path(&Path::new(directory.as_os_str().as_bytes())?);
        let name = directory.file_name().context("a temporary directory has a name")?;
        config.global.prefix = FileName::new(name.as_bytes())?;
        Ok(Self { config, directory: directory.to_owned(), _files: None })
    }

    /// A node for the calling thread.
    pub(super) fn node(&self) -> anyhow::Result<Node<ipc::Service>> {
        Ok(NodeBuilder::new().config(&self.config).create()?)
    }
}

/// Files that go with this: those in the directory, and those in `/dev/shm` whose names begin with its name. iceoryx2
/// leaves one for the next node with the same prefix, and more where a process was killed.
struct Files {
    directory: TempDir,
}

impl Drop for Files {
    fn drop(&mut self) {
        let Some(prefix) = self.directory.path().file_name() else { return };
        for file in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if file.file_name().as_bytes().starts_with(prefix.as_bytes()) {
                // What cannot be removed is left to who looks into `/dev/shm`.
                let _ = std::fs::remove_file(file.path());
            }
        }
    }
}

/// Publishes pods.
struct PodPublisher {
    publisher: Publisher<ipc::Service, Pod, ()>,
    pod: Pod,
    home: Arc<Home>,
}

impl PodPublisher {
    fn new() -> anyhow::Result<Self> {
        let home = Arc::new(Home::new()?);
        let publisher = pods(&home)?.publisher_builder().create()?;
        Ok(Self { publisher, pod: Pod::new(7), home })
    }

    fn publish(&mut self, n: u64) -> anyhow::Result<Duration> {
        let began = Instant::now();
        for _ in 0..n {
            self.pod.numbers[0] += 1.0;
            self.publisher.loan_uninit()?.write_payload(*black_box(&self.pod)).send()?;
        }
        Ok(began.elapsed())
    }
}

/// Does this while a subscriber on core 1 receives all it can.
fn while_followed<T>(home: &Home, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let (subscribed, done) = (Barrier::new(2), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let follower = scope.spawn(|| {
            let subscriber = pin(1).and_then(|()| Ok(pods(home)?.subscriber_builder().create()?));
            subscribed.wait();
            let subscriber = subscriber?;
            while !done.load(Ordering::Relaxed) {
                if let Some(pod) = subscriber.receive()? {
                    black_box(pod.numbers[0]);
                }
            }
            anyhow::Ok(())
        });
        subscribed.wait();
        let worked = work();
        done.store(true, Ordering::Relaxed);
        follower.join().ok().context("the subscriber panicked")??;
        worked
    })
}

/// The service for pods, as the calling thread sees it.
fn pods(home: &Home) -> anyhow::Result<PortFactory<ipc::Service, Pod, ()>> {
    let service = home.node()?.service_builder(&"pods".try_into()?).publish_subscribe::<Pod>();
    Ok(service.history_size(0).enable_safe_overflow(true).open_or_create()?)
}

/// The service with this name for slices, as the calling thread sees it.
fn slices<T>(home: &Home, name: &str) -> anyhow::Result<PortFactory<ipc::Service, [T], ()>>
where
    T: std::fmt::Debug + ZeroCopySend + 'static,
{
    let service = home.node()?.service_builder(&name.try_into()?).publish_subscribe::<[T]>();
    let service = service.history_size(0).subscriber_max_buffer_size(1).enable_safe_overflow(true);
    Ok(service.open_or_create()?)
}

fn vector_publisher(len: usize) -> anyhow::Result<Box<Run<'static>>> {
    let home = Home::new()?;
    let service = slices::<f32>(&home, "vectors")?;
    let publisher = service.publisher_builder().initial_max_slice_len(len).create()?;
    let (vector, it) = (vec![0.5f32; len], (publisher, home));
    Ok(Box::new(move |n| {
        let (publisher, _) = &it;
        let began = Instant::now();
        for _ in 0..n {
            publisher.loan_slice_uninit(len)?.write_from_slice(black_box(&vector)).send()?;
        }
        Ok(began.elapsed())
    }))
}

/// One side: publishes under one name, receives under the other.
struct Ports {
    message: Vec<u8>,
    loaned: Option<SampleMutUninit<ipc::Service, [MaybeUninit<u8>], ()>>,
    publisher: Publisher<ipc::Service, [u8], ()>,
    subscriber: Subscriber<ipc::Service, [u8], ()>,
}

impl Ports {
    fn new(home: &Home, size: usize, [to, from]: [&str; 2]) -> anyhow::Result<Self> {
        let publisher = slices(home, to)?.publisher_builder().initial_max_slice_len(size).create()?;
        let subscriber = slices(home, from)?.subscriber_builder().create()?;
        let loaned = Some(publisher.loan_slice_uninit(size)?);
        Ok(Self { message: vec![1; size], loaned, publisher, subscriber })
    }

    /// Takes the message with this number if one has come.
    fn try_receive(&self, number: u64) -> anyhow::Result<Option<()>> {
        self.subscriber.receive()?.map(|sample| check_message(sample.payload(), number)).transpose()
    }
}

impl Side for Ports {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let loaned = self.loaned.take().context("a sample is always loaned")?;
        loaned.write_from_slice(numbered(&mut self.message, number)?).send()?;
        self.loaned = Some(self.publisher.loan_slice_uninit(self.message.len())?);
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        spin(|| self.try_receive(number))
    }
}

/// One side that sleeps until an event says that a message has come.
struct Waiting {
    ports: Ports,
    notifier: Notifier<ipc::Service>,
    listener: Listener<ipc::Service>,
}

impl Waiting {
    fn new(home: &Home, size: usize, names @ [to, from]: [&str; 2]) -> anyhow::Result<Self> {
        let event = |name: &str| -> anyhow::Result<_> {
            Ok(home.node()?.service_builder(&name.try_into()?).event().open_or_create()?)
        };
        let notifier = event(to)?.notifier_builder().create()?;
        let listener = event(from)?.listener_builder().create()?;
        Ok(Self { ports: Ports::new(home, size, names)?, notifier, listener })
    }
}

impl Side for Waiting {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        self.ports.send(number)?;
        self.notifier.notify()?;
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        while self.ports.try_receive(number)?.is_none() {
            self.listener.blocking_wait(|_| {})?;
        }
        Ok(())
    }

    fn sleeps(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_received() -> anyhow::Result<()> {
        let mut it = PodPublisher::new()?;
        let subscriber = pods(&Home::at(&it.home.directory)?)?.subscriber_builder().create()?;
        it.publish(1)?;
        let pod = subscriber.receive()?.context("a pod has been published")?;
        assert_eq!(*pod, it.pod);
        Ok(())
    }
}
