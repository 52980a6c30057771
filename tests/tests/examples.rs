//! Every example runs, ends, and does what it says.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use speculo_tests::until;
use speculo_typed::{Liveness, Publisher, Root, Subscriber};

/// The same type as the example's: what is not the same could not open its area.
#[path = "../../examples/processes/linux.rs"]
mod linux;

use linux::{Process, State, every_process};

/// Where the examples are, freshly built.
fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        // <target>/<profile>/deps/<this test>
        let this = std::env::current_exe().unwrap();
        let built = this.ancestors().nth(2).unwrap();
        let profile = match built.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            other => other,
        };
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--examples", "--profile", profile, "--target-dir"])
            .arg(built.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(status.success(), "the examples build");
        built.join("examples")
    })
}

fn example(name: &str, root: &Root) -> Command {
    let mut command = Command::new(directory().join(name));
    command.env("SPECULO_ROOT", root.path().unwrap());
    command
}

/// Runs it to its end.
fn run(command: &mut Command) -> Vec<String> {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout.lines().map(str::to_owned).collect()
}

/// A process that is killed at the end.
struct Killed(Child);

impl Killed {
    /// One that does nothing.
    fn idler() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn processes(root: &Root) -> Subscriber<Process> {
    Subscriber::builder("examples/processes").root(root.clone()).open().unwrap()
}

#[test]
fn quickstart() {
    let root = Root::temporary().unwrap();
    let lines = run(&mut example("quickstart", &root));
    let (last, seen) = lines.split_last().unwrap();
    assert_eq!(last, "nothing new for a second: done");
    // How many of the six it sees is a matter of time.
    for line in ["rear left is open", "rear left is closed"] {
        assert!(seen.iter().any(|seen| seen == line), "{lines:?}");
    }
    let area = root.path().unwrap().join("examples/quickstart/doors");
    assert!(!area.exists(), "it leaves nothing behind");
}

#[test]
fn quickstart_can_be_joined_by_more_subscribers() {
    let root = Root::temporary().unwrap();
    let mut subscribers: Vec<Child> = (0..3)
        .map(|_| example("quickstart", &root).arg("subscribe").stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    run(example("quickstart", &root).arg("publish"));
    for subscriber in subscribers.drain(..) {
        let output = subscriber.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains("rear left is closed"));
    }
}

#[test]
fn messages() {
    let lines = run(&mut example("messages", &Root::temporary().unwrap()));
    let (slow, others) = lines.split_last().unwrap();
    assert_eq!(
        others,
        [
            "prompt reader: 1 platform 4 is closed",
            "prompt reader: 2 mind the gap",
            "prompt reader: 3 the train is late",
            "late joiner: 1 platform 4 is closed",
            "late joiner: 3 the train has come",
        ]
    );
    let numbers: Vec<u64> =
        slow.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    let [received, lost, last] = *numbers else { panic!("{slow}") };
    assert_eq!(last, 5_000);
    assert!(received > 0 && lost > 0, "{slow}");
    // 5,000 messages, and one correction of a message.
    assert!((4_998..=5_001).contains(&(received + lost)), "{slow}");
}

#[test]
fn settings() {
    let expected = [
        "normal; speed up to 130; no logs",
        "reduced, because of fog; speed up to 50; logs to localhost:514",
        "stop",
    ];
    // On a busy machine a reader may come too late for a block that was replaced.
    let complete = (0..10).any(|_| {
        let mut lines = run(&mut example("settings", &Root::temporary().unwrap()));
        lines.dedup();
        assert_eq!(lines.last().unwrap(), "stop");
        lines == expected
    });
    assert!(complete);
}

#[test]
fn a_process_comes_and_goes() {
    let root = Root::temporary().unwrap();
    let _publisher = Killed(example("processes", &root).args(["publish", "--for", "60"]).spawn().unwrap());
    let mut changes = Killed(
        example("processes", &root).args(["changes", "--for", "60"]).stdout(Stdio::piped()).spawn().unwrap(),
    );
    let mut lines = BufReader::new(changes.0.stdout.take().unwrap()).lines().map(Result::unwrap);

    let idler = Killed::idler();
    let pid = idler.pid().to_string();
    let mut next = |what: &str| {
        lines.any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(what) && words.next() == Some(&pid)
        })
    };
    assert!(next("new"));
    drop(idler);
    assert!(next("ended"));
}

#[test]
fn a_restarted_publisher_knows_the_dead_from_the_living() {
    let root = Root::temporary().unwrap();
    let process = |pid, started| Process {
        pid,
        started,
        name: "of former times".into(),
        state: State::Other('?'),
        command: vec!["gone".into()],
        memory: 1 << 40,
        cpu_time: std::time::Duration::ZERO,
        threads: 1,
    };
    let this = std::process::id();
    let gone = u32::MAX;
    {
        let mut former =
            Publisher::<Process>::builder("examples/processes").root(root.clone()).create().unwrap();
        former.publish(&process(gone, 1)).unwrap();
        // A pid that has been given to another process since: this one.
        former.publish(&process(this, 1)).unwrap();
    }
    let idler = Killed::idler();
    run(example("processes", &root).args(["publish", "--once"]));

    let mut after = processes(&root);
    assert!(after.get(gone).unwrap().is_none());
    let published = after.get(this).unwrap().unwrap();
    assert_eq!(published.started, every_process().unwrap()[&this].started);
    assert_ne!(&*published.name, "of former times");
    let first = after.sample(idler.pid()).unwrap().unwrap().meta();

    // Killed and restarted: who has not changed is not published again.
    run(example("processes", &root).args(["publish", "--once"]));
    assert_eq!(after.sample(idler.pid()).unwrap().unwrap().meta(), first);
    let pid = idler.pid();
    drop(idler);
    run(example("processes", &root).args(["publish", "--once"]));
    assert!(processes(&root).get(pid).unwrap().is_none());
}

#[test]
fn the_table_is_sorted_and_outlives_the_publisher() {
    let root = Root::temporary().unwrap();
    let lines = run(example("processes", &root).arg("--once"));
    let memory: Vec<u64> = lines.iter().skip(2).map(|row| column(row, 4).parse().unwrap()).collect();
    assert!((1..=20).contains(&memory.len()));
    assert!(memory.is_sorted_by(|a, b| a >= b), "{lines:#?}");
    // What it shows is true, as far as this process can tell.
    let mut published = processes(&root);
    for row in lines.iter().skip(2) {
        assert!(published.get(column(row, 0).parse::<u32>().unwrap()).unwrap().is_some(), "{row}");
    }
    assert_eq!(published.publisher().unwrap(), Liveness::Dead);
    let lines = run(example("processes", &root).args(["table", "--once"]));
    assert!(lines[0].ends_with("this is what it published last"), "{lines:?}");
}

#[test]
fn publisher_and_table_together() {
    let root = Root::temporary().unwrap();
    let lines = run(example("processes", &root).args(["--for", "1.2"]));
    assert!(lines.iter().filter(|line| line.contains("its publisher is alive")).count() >= 2, "{lines:#?}");
    assert_eq!(processes(&root).publisher().unwrap(), Liveness::Dead, "it leaves no process behind");
}

#[test]
fn the_publisher_ends_with_the_table_that_started_it() {
    let root = Root::temporary().unwrap();
    let mut table = Killed(example("processes", &root).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(table.0.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let published = processes(&root);
    let publisher = |expected| until("", || (published.publisher().unwrap() == expected).then_some(()));
    publisher(Liveness::Alive);
    table.0.kill().unwrap();
    publisher(Liveness::Dead);
}

#[test]
fn an_error_says_what_to_do() {
    let root = Root::temporary().unwrap();
    let first = Killed(example("processes", &root).args(["publish", "--for", "60"]).spawn().unwrap());
    until("it publishes", || {
        root.path().unwrap().join("examples/processes/.manifest").exists().then_some(())
    });
    let second = example("processes", &root).args(["publish", "--once"]).output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains(&format!("already has a publisher (process {})", first.0.id())), "{said}");
}

/// A program that has never heard of processes.
#[test]
fn any_area_is_dumped_as_json() {
    let root = Root::temporary().unwrap();
    run(example("processes", &root).args(["publish", "--once"]));
    let values = run(example("dump", &root).arg("examples/processes"));
    let this = std::process::id();
    let own = values.iter().find(|line| line.starts_with(&format!("{{\"pid\":{this},"))).unwrap();
    let published = processes(&root).sample(this).unwrap().unwrap();
    let [started, memory] = [published.started.to_native(), published.memory.to_native()];
    for part in [format!("\"started\":{started},"), format!("\"memory\":{memory},"), "\"state\":".to_owned()]
    {
        assert!(own.contains(&part), "{part} in {own}");
    }
    let fields = run(example("dump", &root).args(["examples/processes", "pid", "memory"]));
    assert!(fields.contains(&format!("{this}\t{memory}")), "{fields:?}");
    assert_eq!(fields.len(), values.len());

    let output = example("dump", &root).args(["examples/processes", "colour"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty() && said.contains("`Process` has no field `colour`"), "{said}");
    let missing = example("dump", &root).arg("examples/nothing").output().unwrap();
    assert!(!missing.status.success());
}

fn column(row: &str, column: usize) -> &str {
    row.split_whitespace().nth(column).unwrap()
}
