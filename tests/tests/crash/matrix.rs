//! Point by kind by death: kill, look, take over, kill again.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use speculo_core::{
    Flags, Kind, Liveness, OpenError, ReadErrorKind, Reader, RemoveError, Root, View, Writer,
};
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, files, number};

use crate::points::{CREATE, Point, REMOVE, REPLACE, TAKEOVER, WORK, is_from};
use crate::work::{Acks, Plan, Shape};

const KINDS: [Kind; 3] = [Kind::Stream, Kind::Keyed, Kind::Singleton];

/// Works, replaces or removes an area, and dies on the way if the environment says so.
pub(crate) fn victim(wire: &mut Wire) {
    // Whoever aborts a thousand times need not leave a thousand cores.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).unwrap();
    let kind = KINDS.into_iter().find(|kind| format!("{kind:?}") == wire.arg(2)).unwrap();
    let shape = Shape::ALL.into_iter().find(|shape| shape.name() == wire.arg(3)).unwrap();
    let (plan, root) = (Plan { kind, shape }, wire.root());
    match wire.arg(1) {
        "begin" => plan.begin(root),
        "work" => plan.work(root),
        "end" => plan.end(root),
        "old" => old(&mut plan.area(root).create().unwrap()),
        "replace" => drop(plan.area(root).flags(Flags::REPLACE_ON_MISMATCH).create().unwrap()),
        "remove" => match plan.area(root).remove() {
            Ok(()) | Err(RemoveError::NotFound { .. }) => {}
            Err(error) => panic!("{error}"),
        },
        other => panic!("{other}"),
    }
}

/// What is there before an area is replaced or removed.
fn old(writer: &mut Writer) {
    match writer.kind() {
        Kind::Keyed => writer.put(b"key", b"old").unwrap(),
        _ => writer.publish(b"old").unwrap(),
    };
}

/// How a victim is to die.
#[derive(Clone, Copy)]
struct Death<'p> {
    point: &'p str,
    count: u64,
    signal: Signal,
}

/// A place to die in.
struct Scene {
    _root: Root,
    path: PathBuf,
    plan: Plan,
}

impl Scene {
    fn new(plan: Plan) -> Self {
        let root = Root::temporary().unwrap();
        Self { path: root.path().unwrap(), _root: root, plan }
    }

    /// Lets a victim do its work, and die; whether it came to the point.
    fn is_deadly(&self, role: &str, death: Death<'_>) -> bool {
        let Death { point, count, signal } = death;
        let way = if signal == Signal::ABORT { ":abort" } else { "" };
        let kill = format!("{point}:{count}{way}");
        let kind = format!("{:?}", self.plan.kind);
        let args = [role, &kind, self.plan.shape.name()];
        let (status, _) = Child::start_with("victim", &self.path, &args, &[("SPECULO_KILL", &kill)]).ended();
        assert!(
            status.success() || status.signal() == Some(signal.as_raw()),
            "{kill} of {:?}: {status}",
            self.plan
        );
        !status.success()
    }

    fn kill(&self, role: &str, death: Death<'_>) {
        assert!(
            self.is_deadly(role, death),
            "{}:{} of {:?} is never reached",
            death.point,
            death.count,
            self.plan
        );
    }

    /// Lets a child do its work, and come to its end.
    fn finish(&self, role: &str) {
        let kind = format!("{:?}", self.plan.kind);
        Child::start("victim", &self.path, &[role, &kind, self.plan.shape.name()]).finish();
    }
}

/// Readers from before the crash, in this process: a signal that ends it is not overlooked.
struct Witness {
    plan: Plan,
    path: PathBuf,
    acks: Acks,
    reader: Reader,
    follower: Reader,
    followed: u64,
    seen: u64,
    held: Vec<(View, u64)>,
}

impl Witness {
    fn new(scene: &Scene) -> Self {
        let open = || scene.plan.area(&scene.path).open().unwrap();
        Self {
            plan: scene.plan,
            path: scene.path.clone(),
            acks: Acks::of(&scene.path),
            reader: open(),
            follower: open(),
            followed: 0,
            seen: 0,
            held: Vec::new(),
        }
    }

    /// What everybody sees is one of the two steps that the crash allows, the same for all, and not before what was seen.
    fn look(&mut self, what: &str) {
        let view = self.reader.view().unwrap();
        let now = self.plan.stands_at(&view, &self.acks, what);
        assert!(now >= self.seen, "{what}: {now} after {}", self.seen);
        let mut other = self.plan.area(&self.path).open().unwrap();
        assert_eq!(
            self.plan.stands_at(&other.view().unwrap(), &self.acks, what),
            now,
            "{what}: a new reader"
        );
        assert_eq!(self.reader.publisher().unwrap(), Liveness::Dead, "{what}");
        while let Some(chunk) = self.follower.try_next().unwrap() {
            let value = number(chunk.payload());
            assert!(value > self.followed, "{what}: followed {value} after {}", self.followed);
            self.followed = value;
        }
        assert!(self.plan.last(now).is_none_or(|last| last == self.followed), "{what}: {}", self.followed);
        let latest = self.reader.latest().unwrap().map(|chunk| number(chunk.payload()));
        assert_eq!(latest, self.plan.last(now), "{what}");
        for (view, then) in &self.held {
            assert!(self.plan.is_after(view, *then), "{what}: a view changed");
        }
        self.held.push((view, now));
        self.seen = now;
    }
}

// Writers are children, all of them: this process starts children from several threads at once, each of which has, until
// it is the other program, every descriptor that is open just then, and with it, for an instant, a writer's lock.

/// Three writers in a row die: at the point, at it again by the other signal, at some point of the takeover. Each time
/// everybody sees what they have to.
fn kill_thrice(plan: Plan, point: &str, count: u64, again: bool, turn: usize) -> bool {
    let scene = Scene::new(plan);
    scene.finish("begin");
    let mut witness = Witness::new(&scene);
    witness.look("before");

    let signals = [Signal::KILL, Signal::ABORT];
    let (signal, other) = (signals[turn % 2], signals[(turn + 1) % 2]);
    let what = format!("{point}:{count} of {plan:?}");
    let reached = scene.is_deadly("work", Death { point, count, signal });
    witness.look(&what);
    let repeated = scene.is_deadly("work", Death { point, count, signal: other });
    assert!(repeated || !reached || !again, "{what} is not reached again");
    witness.look(&format!("{what}, twice"));
    let last = TAKEOVER[turn % TAKEOVER.len()];
    scene.kill("work", Death { point: last, count: 1, signal });
    witness.look(&format!("{what}, twice, then {last}"));
    scene.finish("end");
    witness.look(&format!("{what}, and after the end"));
    reached
}

fn work(kind: Kind) {
    let points = WORK.iter().enumerate().filter(|(_, point)| point.kinds.contains(&kind));
    for (turn, Point { name, shape, count, again, .. }) in points {
        let plan = Plan { kind, shape: *shape };
        assert!(kill_thrice(plan, name, *count, *again, turn), "{name}:{count} of {plan:?} is never reached");
        // The other signal first; a bit later, if the writer comes to the point so often.
        kill_thrice(plan, name, count + 2, false, turn + 1);
    }
}

pub(crate) fn p5_every_point_of_a_stream_survives_three_deaths() {
    work(Kind::Stream);
}

pub(crate) fn p5_every_point_of_a_keyed_area_survives_three_deaths() {
    work(Kind::Keyed);
}

pub(crate) fn p5_every_point_of_a_singleton_survives_three_deaths() {
    work(Kind::Singleton);
}

pub(crate) fn p5_every_point_of_a_takeover_survives_three_deaths() {
    for kind in KINDS {
        for (turn, point) in TAKEOVER.iter().enumerate() {
            // Another one each time dies third.
            let plan = Plan { kind, shape: Shape::Small };
            for more in [5, 12] {
                assert!(
                    kill_thrice(plan, point, 1, true, turn + more),
                    "{point} of {plan:?} is never reached"
                );
            }
        }
    }
}

/// Dies at a point, and once more, at the same one or another, if the way leads there again.
fn kill_twice(scene: &Scene, role: &str, points: &[&str], turn: usize, mut look: impl FnMut(&str)) {
    let point = points[turn];
    scene.kill(role, Death { point, count: 1, signal: Signal::KILL });
    look(point);
    scene.is_deadly(role, Death { point, count: 1, signal: Signal::ABORT });
    let other = points[(turn * 7 + 3) % points.len()];
    scene.is_deadly(role, Death { point: other, count: 1, signal: Signal::KILL });
}

fn is_not_found(path: &Path, plan: Plan) -> bool {
    matches!(plan.area(path).open(), Err(OpenError::NotFound { .. }))
}

pub(crate) fn p5_every_point_of_a_creation_survives_two_deaths() {
    for kind in KINDS {
        for turn in 0..CREATE.len() {
            let plan = Plan { kind, shape: Shape::Small };
            let scene = Scene::new(plan);
            kill_twice(&scene, "work", CREATE, turn, |point| {
                if point == "create.manifest" {
                    let mut reader = plan.area(&scene.path).open().unwrap();
                    assert_eq!(reader.view().unwrap().len().unwrap(), 0);
                    assert_eq!(reader.publisher().unwrap(), Liveness::Dead);
                } else {
                    assert!(is_not_found(&scene.path, plan), "{point}");
                }
            });
            scene.finish("end");
        }
    }
}

/// What the readers of an area that goes away see of it.
fn check_gone(reader: &mut Reader, view: &View, is_gone: bool, point: &str) {
    match reader.latest() {
        Ok(chunk) => assert!(!is_gone && chunk.unwrap().payload() == b"old", "{point}"),
        Err(error) => {
            assert!(is_gone && matches!(error.kind(), ReadErrorKind::Removed(_)), "{point}: {error}");
        }
    }
    assert_eq!(view.iter().next().unwrap().unwrap().payload(), b"old", "{point}");
}

pub(crate) fn p5_every_point_of_a_replacement_survives_two_deaths() {
    for (kind, before) in
        [(Kind::Stream, Kind::Singleton), (Kind::Keyed, Kind::Stream), (Kind::Singleton, Kind::Stream)]
    {
        for (turn, name) in REPLACE.iter().enumerate() {
            let scene = Scene::new(Plan { kind, shape: Shape::Small });
            let args = ["old", &format!("{before:?}"), "small"];
            Child::start("victim", &scene.path, &args).finish();
            let mut reader = area(&scene.path, before).open().unwrap();
            let view = reader.view().unwrap();
            kill_twice(&scene, "replace", REPLACE, turn, |point| {
                check_gone(&mut reader, &view, is_from(REPLACE, point, "remove.told"), point);
            });
            scene.finish("replace");
            assert_tidy(&scene.path);
            check_gone(&mut reader, &view, true, name);
            scene.finish("end");
        }
    }
}

pub(crate) fn p5_every_point_of_a_removal_survives_two_deaths() {
    for (n, kind) in KINDS.into_iter().enumerate() {
        for (turn, name) in REMOVE.iter().enumerate() {
            let plan = Plan { kind, shape: Shape::Small };
            let scene = Scene::new(plan);
            scene.finish("old");
            let mut reader = plan.area(&scene.path).open().unwrap();
            let view = reader.view().unwrap();
            kill_twice(&scene, "remove", REMOVE, turn, |point| {
                let is_gone = is_from(REMOVE, point, "remove.told");
                check_gone(&mut reader, &view, is_gone, point);
                assert_eq!(is_not_found(&scene.path, plan), is_gone, "{point}");
            });
            scene.finish("remove");
            // One that dies before the last of its calls leaves an empty directory, which nobody misses.
            let left = if area_dir(&scene.path).exists() { files(&scene.path) } else { Vec::new() };
            assert!(left.is_empty(), "{name}: {left:?}");
            check_gone(&mut reader, &view, true, name);
            if (n + turn) % 2 == 0 {
                scene.finish("end");
            }
        }
    }
}
