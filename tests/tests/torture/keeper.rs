//! The test: a thread for each area, which starts its processes, and stops and kills them.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use speculo_core::Root;
use speculo_tests::random::{Random, mix};
use speculo_tests::{Child, kill_points};

use crate::ledger::{Count, Ledger};
use crate::spec::{self, Spec};

/// How long it goes on, without being asked for more.
const SECONDS: f64 = 4.0;

/// Roles of an area's readers, with their arguments.
const READERS: &[(&str, &[&str])] = &[
    ("looker", &[]),
    ("viewer", &[]),
    ("follower", &["values", "poll"]),
    ("follower", &["events", "poll"]),
    ("follower", &["values", "wait"]),
    ("follower", &["events", "wait"]),
];

/// What all threads share.
struct Run<'a> {
    seed: u64,
    root: &'a Path,
    end: Instant,
    points: Vec<String>,
    violations: Mutex<Vec<String>>,
}

#[derive(Default)]
struct Tally {
    kills: u64,
    /// Of them at a named point.
    points: u64,
    stops: u64,
    readers_killed: u64,
}

pub(crate) fn whatever_happens_every_reader_sees_the_history() {
    let asked = |name: &str| std::env::var(name).ok();
    let seconds = asked("SPECULO_TORTURE_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let seed = asked("SPECULO_TORTURE_SEED").map_or_else(crate::ledger::now, |text| text.parse().unwrap());
    let again = format!(
        "SPECULO_TORTURE_SECONDS={seconds} SPECULO_TORTURE_SEED={seed} cargo test {}-p speculo-tests --test torture",
        if cfg!(debug_assertions) { "" } else { "--release " }
    );
    println!("{again}");
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let start = Instant::now();
    let run = Run {
        seed,
        root: &path,
        end: start + Duration::from_secs_f64(seconds),
        points: kill_points().into_iter().filter(|point| !point.starts_with("remove.")).collect(),
        violations: Mutex::default(),
    };
    let areas = spec::all(seed);
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let run = &run;
        let keepers: Vec<_> = areas
            .iter()
            .enumerate()
            .map(|(n, spec)| scope.spawn(move || Keeper::new(run, n, *spec).keep()))
            .collect();
        for keeper in keepers {
            match keeper.join() {
                Ok(tally) => {
                    total.kills += tally.kills;
                    total.points += tally.points;
                    total.stops += tally.stops;
                    total.readers_killed += tally.readers_killed;
                }
                Err(_) => run.violations.lock().unwrap().push("a thread of the test panicked".to_owned()),
            }
        }
    });
    let violations = run.violations.into_inner().unwrap();
    report(&path, &areas, start.elapsed(), &total, violations.len());
    assert!(violations.is_empty(), "{}\n\nonce more:\n{again}\n", violations.join("\n"));
    for spec in &areas {
        spec.assert_tidy(&path, 1);
        spec.builder(&path).remove().unwrap();
        assert!(!path.join(spec.name).exists(), "{} is left over", spec.name);
    }
}

fn report(root: &Path, areas: &[Spec], took: Duration, tally: &Tally, violations: usize) {
    use Count::{
        Compacts, Follows, Looks, Lost, NoSpace, Publishes, Refusals, Resyncs, Rollovers, Takeovers, Views,
    };
    let columns =
        [Publishes, Refusals, NoSpace, Rollovers, Compacts, Takeovers, Looks, Views, Follows, Resyncs, Lost];
    let mut sums = [0; 11];
    print!("{:8}", "area");
    for column in columns {
        print!("{:>11}", format!("{column:?}").to_lowercase());
    }
    println!();
    for spec in areas {
        let ledger = Ledger::open(root, spec);
        print!("{:8}", spec.name);
        for (column, sum) in columns.iter().zip(&mut sums) {
            let count = ledger.count(*column);
            *sum += count;
            print!("{count:>11}");
        }
        println!();
    }
    let [publishes, refusals, _, rollovers, compacts, takeovers, looks, views, follows, ..] = sums;
    let reads = looks + views + follows;
    println!(
        "{:.1} s, {} ops: {publishes} publishes, {reads} reads ({looks} looks, {views} views, {follows} followed), \
         {refusals} refused; {} writers killed, {} of them at a named point, {takeovers} takeovers, {rollovers} \
         rollovers, {compacts} of them to compact; {} stops, {} readers killed; {violations} violations",
        took.as_secs_f64(),
        publishes + reads,
        tally.kills,
        tally.points,
        tally.stops,
        tally.readers_killed,
    );
}

/// Keeps the processes of one area.
struct Keeper<'a> {
    run: &'a Run<'a>,
    number: usize,
    spec: Spec,
    random: Random,
    readers: Vec<(usize, Child)>,
    tally: Tally,
}

impl<'a> Keeper<'a> {
    fn new(run: &'a Run<'a>, number: usize, spec: Spec) -> Self {
        let random = Random::new(mix(run.seed ^ (number as u64) << 32));
        Self { run, number, spec, random, readers: Vec::new(), tally: Tally::default() }
    }

    fn keep(mut self) -> Tally {
        for role in 0..READERS.len() {
            let reader = self.start_reader(role);
            self.readers.push((role, reader));
        }
        while self.goes_on() {
            self.one_writer();
        }
        // The last one ends in peace, then nobody writes any more, then the readers see all of it.
        let last = self.start_writer("");
        self.finish(last, "writer");
        for (role, reader) in std::mem::take(&mut self.readers) {
            self.finish(reader, READERS[role].0);
        }
        self.tally
    }

    fn goes_on(&self) -> bool {
        Instant::now() < self.run.end && self.run.violations.lock().unwrap().is_empty()
    }

    fn start(&mut self, role: &str, more: &[&str], kill: &str) -> Child {
        let numbers = [self.number as u64, self.run.seed, self.random.draw()].map(|n| n.to_string());
        let args: Vec<&str> = numbers.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let env = [("SPECULO_KILL", kill)];
        Child::start_with(role, self.run.root, &args, &env)
    }

    fn start_reader(&mut self, role: usize) -> Child {
        let (name, args) = READERS[role];
        self.start(name, args, "")
    }

    fn start_writer(&mut self, kill: &str) -> Child {
        self.start("writer", &[], kill)
    }

    /// A writer, from its start to its end.
    fn one_writer(&mut self) {
        let kill = self.kill_point();
        let mut writer = self.start_writer(&kill);
        let life = if kill.is_empty() { self.spec.life } else { 600.max(self.spec.life) };
        let end = Instant::now() + Duration::from_millis(self.random.below(life));
        while Instant::now() < end && self.goes_on() && !writer.is_over() {
            match self.random.below(8) {
                0 => {
                    writer.signal(Signal::STOP);
                    self.pause(60);
                    // Sometimes it is killed as it stands.
                    if self.random.below(4) == 0 {
                        break;
                    }
                    writer.signal(Signal::CONT);
                    self.tally.stops += 1;
                }
                1 | 2 => self.stop_reader(),
                3 if self.random.below(4) == 0 => self.kill_reader(),
                _ => self.pause(30),
            }
            self.look_after_readers();
        }
        if writer.is_over() || self.random.below(8) > 0 {
            self.kill(writer, &kill);
        } else {
            writer.signal(Signal::CONT);
            writer.say("stop");
            self.ended(writer, &kill);
        }
        // For a while there is none.
        if self.random.below(4) == 0 {
            self.pause(40);
        }
    }

    /// Now and then a writer is to be killed at a named point.
    fn kill_point(&mut self) -> String {
        if self.random.below(3) > 0 {
            return String::new();
        }
        let point =
            &self.run.points[usize::try_from(self.random.below(self.run.points.len() as u64)).unwrap()];
        let most = 1 << self.random.below(if point.starts_with("publish.") { 14 } else { 7 });
        format!("{point}:{}", 1 + self.random.below(most))
    }

    fn pause(&mut self, most: u64) {
        std::thread::sleep(Duration::from_micros(self.random.below(most * 1000)));
    }

    /// SIGKILL, unless it has ended: by its kill point, or by a violation.
    fn kill(&mut self, mut writer: Child, kill: &str) {
        if !writer.is_over() {
            writer.signal(Signal::KILL);
            self.tally.kills += 1;
            let (_, said) = writer.ended();
            return self.heard("writer", &said, true);
        }
        self.ended(writer, kill);
    }

    /// Hears of a writer that ends by itself, or at its kill point.
    fn ended(&mut self, writer: Child, kill: &str) {
        let (status, said) = writer.ended();
        let is_killed = status.signal() == Some(9) && !kill.is_empty();
        self.tally.kills += u64::from(is_killed);
        self.tally.points += u64::from(is_killed);
        self.heard("writer", &said, is_killed || status.success());
    }

    fn stop_reader(&mut self) {
        let at = usize::try_from(self.random.below(self.readers.len() as u64)).unwrap();
        self.readers[at].1.signal(Signal::STOP);
        self.pause(60);
        self.readers[at].1.signal(Signal::CONT);
        self.tally.stops += 1;
    }

    fn kill_reader(&mut self) {
        let at = usize::try_from(self.random.below(self.readers.len() as u64)).unwrap();
        let (role, reader) = self.readers.swap_remove(at);
        let said = reader.kill();
        self.heard(READERS[role].0, &said, true);
        let reader = self.start_reader(role);
        self.readers.push((role, reader));
        self.tally.readers_killed += 1;
    }

    fn look_after_readers(&mut self) {
        if let Some(at) = self.readers.iter_mut().position(|(_, reader)| reader.is_over()) {
            let (role, reader) = self.readers.swap_remove(at);
            let (_, said) = reader.ended();
            self.heard(READERS[role].0, &said, false);
        }
    }

    /// Lets a child come to its end, which must be a good one.
    fn finish(&mut self, mut child: Child, role: &str) {
        child.say("stop");
        let (status, said) = child.ended();
        self.heard(role, &said, status.success());
    }

    /// Takes down what a process has said when it ended, unless all is well.
    fn heard(&mut self, role: &str, said: &[String], is_well: bool) {
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|line| *line != "ready").collect();
        // A kill may cut a line short.
        let is_silent = said.iter().all(|line| "ready".starts_with(line));
        if !is_silent || !is_well {
            let text = format!("{}, {role}: {}", self.spec.name, said.join("\n"));
            self.run.violations.lock().unwrap().push(text);
        }
    }
}
