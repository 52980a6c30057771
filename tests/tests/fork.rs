//! `fork`: children inherit what was read, never the right to write.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::process::ExitCode;

use speculo_core::{Flags, Kind, OwnedChunk, PublishError, Root, To, View, Writer};
use speculo_tests::sys::{Fork, fork};
use speculo_tests::{Child, Wire, area, assert_tidy, files, roles, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p5_a_forked_writer_is_inert_and_what_it_read_stays,
            p5_a_draft_that_came_through_fork_touches_nothing,
            p5_a_rollover_on_its_way_is_the_parents_alone,
            p5_the_next_writer_takes_over_while_a_forked_child_lives,
            p7_a_forked_reader_keeps_what_it_holds,
        ],
        roles![forked_writer, forked_draft, forked_ahead, survived, forked_reader, roller],
    )
}

/// Parent and child of a fork take turns through two pipes.
struct Turns {
    from: PipeReader,
    to: PipeWriter,
}

impl Turns {
    fn pair() -> (Self, Self) {
        let ((from_child, to_parent), (from_parent, to_child)) = (pipe().unwrap(), pipe().unwrap());
        (Self { from: from_child, to: to_child }, Self { from: from_parent, to: to_parent })
    }

    fn pass(&mut self) {
        self.to.write_all(b"x").unwrap();
    }

    /// Waits for the other's turn to end; if the other has died, so does this.
    fn wait(&mut self) {
        self.from.read_exact(&mut [0]).unwrap();
    }

    fn pass_and_wait(&mut self) {
        self.pass();
        self.wait();
    }
}

/// Runs both sides of a fork; the child ends in here. The parent's turn is first.
fn forked(parent: impl FnOnce(&mut Turns), child: impl FnOnce(&mut Turns)) {
    let (mut ours, mut theirs) = Turns::pair();
    match fork() {
        Fork::Child => {
            drop(ours);
            theirs.wait();
            child(&mut theirs);
            theirs.pass();
            // What follows in the role is the parent's.
            std::process::exit(0);
        }
        Fork::Parent(_) => {
            drop(theirs);
            parent(&mut ours);
        }
    }
}

fn play(role: &str) -> (Root, std::path::PathBuf) {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut child = Child::start(role, &path, &[]);
    child.expect("done");
    child.finish();
    (root, path)
}

fn p5_a_forked_writer_is_inert_and_what_it_read_stays() {
    let (_root, path) = play("forked_writer");
    assert!(!speculo_tests::area_dir(&path).exists(), "removed by the parent's drop");
}

fn put_all(writer: &mut Writer, n: u8) {
    for key in 0..20 {
        writer.put(&[key], &[n; 50]).unwrap();
    }
}

fn check(view: &View, chunk: &OwnedChunk, n: u8) {
    assert_eq!(view.len().unwrap(), 20);
    assert!(view.iter().all(|chunk| chunk.unwrap().payload() == [n; 50]));
    assert_eq!(view.get(&[7]).unwrap().unwrap().payload(), [n; 50]);
    assert_eq!(chunk.chunk().payload(), [n; 50]);
}

fn is_forked<T>(result: &Result<T, PublishError>) -> bool {
    matches!(result, Err(PublishError::Forked { .. }))
}

fn forked_writer(wire: &mut Wire) {
    let area = area(wire.root(), Kind::Keyed).flags(Flags::REMOVE_ON_DROP);
    let writer = std::cell::RefCell::new(Some(area.create().unwrap()));
    put_all(writer.borrow_mut().as_mut().unwrap(), 1);
    let view = writer.borrow().as_ref().unwrap().view().unwrap();
    let chunk = writer.borrow().as_ref().unwrap().get(&[3]).unwrap().unwrap().share();
    let before = files(wire.root());
    forked(
        |turns| {
            let mut writer = writer.borrow_mut().take().unwrap();
            turns.pass_and_wait();
            assert_eq!(files(wire.root()), before, "the child's drop removed something");
            let goal = writer.stats().rollovers + 50;
            let mut n = 2;
            while writer.stats().rollovers < goal {
                put_all(&mut writer, n);
                n = n % 200 + 2;
            }
            assert!(writer.stats().reused > 40, "{:?}", writer.stats());
            check(&view, &chunk, 1);
            turns.pass_and_wait();
            drop(writer);
        },
        |turns| {
            let mut writer = writer.borrow_mut().take().unwrap();
            assert!(is_forked(&writer.put(&[1], b"x")));
            assert!(is_forked(&writer.remove(&[1])));
            assert!(is_forked(&writer.clear()));
            assert!(is_forked(&writer.compact()));
            assert!(is_forked(&writer.chunk(To::Key(&[1]), 10).map(|_| ())));
            // It may still read.
            assert_eq!(writer.get(&[1]).unwrap().unwrap().payload(), [1; 50]);
            let inherited = writer.view().unwrap();
            drop(writer);
            check(&view, &chunk, 1);
            turns.pass_and_wait();
            check(&view, &chunk, 1);
            check(&inherited, &chunk, 1);
        },
    );
    wire.say("done");
}

fn p5_a_draft_that_came_through_fork_touches_nothing() {
    let (_root, path) = play("forked_draft");
    let mut reader = area(&path, Kind::Keyed).open().unwrap();
    assert_eq!(reader.get(b"drafted").unwrap().unwrap().payload(), [2; 100]);
    assert_eq!(reader.get(b"after").unwrap().unwrap().payload(), b"value");
    assert_eq!(reader.view().unwrap().len().unwrap(), 3);
    assert_tidy(&path);
}

fn forked_draft(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    writer.put(b"before", b"value").unwrap();
    let (mut ours, mut theirs) = Turns::pair();
    let mut draft = writer.chunk(To::Key(b"drafted"), 100).unwrap();
    draft.fill(1);
    match fork() {
        Fork::Child => {
            drop(ours);
            theirs.wait();
            // The parent has committed. Nothing that is done to this copy may reach the log.
            for byte in draft.iter_mut() {
                *byte = 3;
            }
            drop(draft);
            theirs.pass();
            std::process::exit(0);
        }
        Fork::Parent(_) => {
            drop(theirs);
            draft.fill(2);
            draft.commit().unwrap();
            ours.pass_and_wait();
            writer.put(b"after", b"value").unwrap();
        }
    }
    wire.say("done");
}

fn p5_a_rollover_on_its_way_is_the_parents_alone() {
    let (_root, path) = play("forked_ahead");
    let mut reader = area(&path, Kind::Keyed).open().unwrap();
    assert_eq!(reader.view().unwrap().len().unwrap(), 100);
    assert_tidy(&path);
}

/// Forks while the next segment is being filled: the child neither goes on with that nor deletes it.
fn forked_ahead(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    let mut n = 0u64;
    let mut put = |writer: &mut Writer| {
        n += 1;
        writer.put(&(n % 100).to_le_bytes(), &[7; 2000]).map(drop)
    };
    while writer.stats().next_bytes == 0 {
        put(&mut writer).unwrap();
    }
    let before = files(wire.root());
    let (mut ours, mut theirs) = Turns::pair();
    match fork() {
        Fork::Child => {
            drop(ours);
            assert!(is_forked(&put(&mut writer)) && is_forked(&writer.compact()));
            assert_eq!(writer.view().unwrap().len().unwrap(), 100);
            drop(writer);
            theirs.pass();
            std::process::exit(0);
        }
        Fork::Parent(_) => {
            drop(theirs);
            ours.wait();
            assert_eq!(files(wire.root()), before, "the child deleted something");
            let generation = writer.stats().generation;
            while writer.stats().generation == generation {
                put(&mut writer).unwrap();
            }
            let next = format!(".{}.segment", writer.stats().generation);
            assert!(before.contains(&next), "{next} is another than the one that was on its way: {before:?}");
        }
    }
    wire.say("done");
}

/// A writer whose forked child waits for the end of the test.
fn survived(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    put_all(&mut writer, 1);
    let (view, chunk) = (writer.view().unwrap(), writer.get(&[1]).unwrap().unwrap().share());
    match fork() {
        Fork::Child => {
            assert!(is_forked(&writer.put(&[1], b"x")));
            wire.say("child");
            // Both have the pipe; the parent does not read from it.
            wire.wait_for("check");
            check(&view, &chunk, 1);
            wire.say("unchanged");
            wire.hear();
        }
        Fork::Parent(_) => loop {
            std::thread::park();
        },
    }
}

fn p5_the_next_writer_takes_over_while_a_forked_child_lives() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut parent = Child::start("survived", &path, &[]);
    parent.expect("child");
    let mut reader = area(&path, Kind::Keyed).open().unwrap();
    assert!(matches!(
        area(&path, Kind::Keyed).create(),
        Err(speculo_core::CreateError::WriterBusy { pid: Some(pid), .. }) if pid == parent.pid()
    ));
    parent.signal(rustix::process::Signal::KILL);
    let mut writer = speculo_tests::until("the kill", || area(&path, Kind::Keyed).create().ok());
    for n in 2..100 {
        put_all(&mut writer, n);
    }
    assert!(writer.stats().rollovers > 5);
    assert_eq!(reader.get(&[4]).unwrap().unwrap().payload(), [99; 50]);
    parent.bid("check", "unchanged");
}

/// Rolls over when told.
fn roller(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    put_all(&mut writer, 1);
    wire.say("ready");
    let mut n = 1;
    while wire.hear().is_some() {
        let goal = writer.stats().rollovers + 50;
        while writer.stats().rollovers < goal {
            n = n % 200 + 1;
            put_all(&mut writer, n);
        }
        n = 201;
        put_all(&mut writer, n);
        wire.say("rolled");
    }
}

fn p7_a_forked_reader_keeps_what_it_holds() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut roller = Child::start("roller", &path, &[]);
    roller.expect("ready");
    let mut reader = Child::start("forked_reader", &path, &[]);
    for _ in 0..2 {
        reader.expect("roll");
        roller.bid("roll", "rolled");
        reader.say("rolled");
    }
    reader.expect("done");
    reader.finish();
    roller.finish();
}

fn forked_reader(wire: &mut Wire) {
    let mut reader = area(wire.root(), Kind::Keyed).open().unwrap();
    let view = reader.view().unwrap();
    let chunk = reader.get(&[9]).unwrap().unwrap().share();
    let (mut ours, mut theirs) = Turns::pair();
    match fork() {
        Fork::Child => {
            drop(ours);
            theirs.wait();
            check(&view, &chunk, 1);
            assert_eq!(reader.get(&[2]).unwrap().unwrap().payload(), [201; 50]);
            let newer = reader.view().unwrap();
            theirs.pass_and_wait();
            check(&view, &chunk, 1);
            assert_eq!(newer.get(&[2]).unwrap().unwrap().payload(), [201; 50]);
            theirs.pass();
            std::process::exit(0);
        }
        Fork::Parent(_) => {
            drop(theirs);
            // Only the child's copies keep the memory from here on.
            drop((view, chunk));
            for _ in 0..2 {
                reader.idle();
                wire.say("roll");
                wire.wait_for("rolled");
                assert_eq!(reader.get(&[2]).unwrap().unwrap().payload(), [201; 50]);
                ours.pass_and_wait();
            }
        }
    }
    wire.say("done");
}
