//! Other processes that read what is published, while it is published.
//!
//! A follower is this program, started again with `--follow`; it is told on its standard input when to follow and when
//! to rest, and answers on its standard output. While others have their turn, it sleeps.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use anyhow::{Context as _, bail};
use speculo_typed::{Root, Speculo, Subscriber};

use crate::peers::ping_pong::pin;
use crate::types::{hello, mixed, pod, vector};

/// The name of the area that is followed.
pub(crate) const AREA: &str = "followed";

/// Follow from here on.
const FOLLOW: u8 = b'f';

/// Rest until told otherwise.
const REST: u8 = b'r';

/// How a follower follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Looks again and again.
    Spinning,
    /// Sleeps in the kernel until there is something.
    Waiting,
}

impl Manner {
    const ALL: [Self; 2] = [Self::Spinning, Self::Waiting];

    fn name(self) -> &'static str {
        match self {
            Self::Spinning => "spinning",
            Self::Waiting => "waiting",
        }
    }
}

/// Processes that follow one area.
pub(crate) struct Followers(Vec<Follower>);

struct Follower {
    child: Child,
    commands: ChildStdin,
    answers: ChildStdout,
}

impl Followers {
    /// Starts so many processes, all on core 1, that rest at first. The area must exist.
    pub(crate) fn start<T: Speculo>(root: &Root, manner: Manner, count: usize) -> anyhow::Result<Self> {
        let start = |_| {
            let mut child = Command::new(std::env::current_exe()?)
                .arg("--follow")
                .arg(root.path()?)
                .args([std::any::type_name::<T>(), manner.name()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .context("cannot start a follower")?;
            let commands = child.stdin.take().context("a follower without standard input")?;
            let answers = child.stdout.take().context("a follower without standard output")?;
            let mut follower = Follower { child, commands, answers };
            follower.awaits(REST)?;
            anyhow::Ok(follower)
        };
        (0..count).map(start).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Returns when all have seen everything that there is and look for more.
    pub(crate) fn follow(&mut self) -> anyhow::Result<()> {
        self.command(FOLLOW)
    }

    /// Returns when all rest.
    pub(crate) fn rest(&mut self) -> anyhow::Result<()> {
        self.command(REST)
    }

    fn command(&mut self, command: u8) -> anyhow::Result<()> {
        for follower in &mut self.0 {
            follower.commands.write_all(&[command])?;
        }
        self.0.iter_mut().try_for_each(|follower| follower.awaits(command))
    }
}

impl Follower {
    /// Waits for the answer to this command.
    fn awaits(&mut self, command: u8) -> anyhow::Result<()> {
        let mut answer = [0];
        self.answers.read_exact(&mut answer).context("a follower has ended")?;
        if answer != [command] {
            bail!("a follower gave a wrong answer");
        }
        Ok(())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // It ends by itself when its input is closed; if it hangs, this run is not to hang with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The life of a follower, which is told where the area is, of which type it is and how it is followed.
pub(crate) fn live(arguments: &[String]) -> anyhow::Result<()> {
    let [root, type_name, manner] = arguments else {
        bail!("a follower is told three things");
    };
    let manner = Manner::ALL.into_iter().find(|known| known.name() == manner).context("no such manner")?;
    pin(1)?;
    let root = Root::new(root);
    macro_rules! live_with {
        ($($type:ty),*) => {
            $(if type_name == std::any::type_name::<$type>() {
                return live_with::<$type>(root, manner);
            })*
        };
    }
    live_with!(pod::Message, pod::Keyed, pod::Single, hello::Message, hello::Keyed, hello::Single);
    live_with!(mixed::Message, mixed::Keyed, mixed::Single, vector::Message, vector::Keyed, vector::Single);
    bail!("nobody follows the type `{type_name}`")
}

fn live_with<T: Speculo>(root: Root, manner: Manner) -> anyhow::Result<()> {
    let mut subscriber = Subscriber::<T>::builder(AREA).root(root).open()?;
    let commands = commands();
    answer(REST)?;
    while let Ok(command) = commands.recv() {
        if command != FOLLOW {
            answer(command)?;
            continue;
        }
        while subscriber.try_recv()?.is_some() {}
        answer(FOLLOW)?;
        follow(&mut subscriber, manner, &commands)?;
        answer(REST)?;
    }
    Ok(())
}

/// Follows until there is a command.
fn follow<T: Speculo>(
    subscriber: &mut Subscriber<T>,
    manner: Manner,
    commands: &Receiver<u8>,
) -> anyhow::Result<()> {
    while commands.try_recv() == Err(TryRecvError::Empty) {
        match manner {
            Manner::Spinning => {
                for _ in 0..1000 {
                    std::hint::black_box(subscriber.try_recv()?);
                }
            }
            Manner::Waiting => {
                for _ in 0..1000 {
                    if std::hint::black_box(subscriber.recv_timeout(Duration::from_millis(2))?).is_none() {
                        break;
                    }
                }
            }
        }
    }
    Ok(())
}

/// What comes in, one byte each; the channel ends with the input.
fn commands() -> Receiver<u8> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for command in std::io::stdin().lock().bytes().map_while(Result::ok) {
            if sender.send(command).is_err() {
                break;
            }
        }
    });
    receiver
}

fn answer(command: u8) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(&[command])?;
    Ok(out.flush()?)
}
