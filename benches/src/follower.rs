//! Other processes that read what is published, while it is published.
//!
//! A follower is told when to follow and when to rest; while others have their turn, it rests, which is to sleep.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use anyhow::{Context as _, bail};
use speculo_typed::{Root, Speculo, Subscriber};

use crate::child::{Child, Parent};
use crate::peers::ping_pong::pin;
use crate::scheduler::Scheduler;
use crate::types::{hello, mixed, pod, vector};

/// The role of a child that follows.
pub(crate) const ROLE: &str = "follower";

/// The name of the area that is followed.
pub(crate) const AREA: &str = "followed";

/// Follow from here on.
const FOLLOW: &str = "follow";

/// Rest until told otherwise.
const REST: &str = "rest";

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
pub(crate) struct Followers(Vec<Child>);

impl Followers {
    /// Starts so many processes, all on core 1, that rest at first. The area must exist.
    pub(crate) fn start<T: Speculo>(root: &Root, manner: Manner, count: usize) -> anyhow::Result<Self> {
        let root = root.path()?;
        let root = root.to_str().context("the path is text")?;
        let start = |_| {
            let mut child = Child::start(ROLE, &[root, std::any::type_name::<T>(), manner.name()])?;
            child.is_ready()?;
            Ok(child)
        };
        (0..count).map(start).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Returns when all have seen everything that there is and look for more. Gives what [`rest`](Self::rest) does.
    pub(crate) fn follow(&mut self) -> anyhow::Result<Duration> {
        self.command(FOLLOW)
    }

    /// Returns when all rest. Gives how long they have waited for a processor so far, all together.
    pub(crate) fn rest(&mut self) -> anyhow::Result<Duration> {
        self.command(REST)
    }

    fn command(&mut self, command: &str) -> anyhow::Result<Duration> {
        for child in &mut self.0 {
            child.say(command)?;
        }
        let mut waited = 0;
        for child in &mut self.0 {
            let answer = child.hear()?;
            let number = answer.strip_prefix(command).map(str::trim);
            let number = number.with_context(|| format!("told to {command}, a follower said `{answer}`"))?;
            waited += number.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(waited))
    }
}

/// Follows, as the child.
pub(crate) fn play(parent: Parent) -> anyhow::Result<()> {
    let root = Root::new(parent.argument(0)?);
    let type_name = parent.argument(1)?.to_owned();
    let manner = parent.argument(2)?;
    let manner = Manner::ALL.into_iter().find(|known| known.name() == manner).context("no such manner")?;
    pin(1)?;
    macro_rules! live_with {
        ($($type:ty),*) => {
            $(if type_name == std::any::type_name::<$type>() {
                return live_with::<$type>(parent, root, manner);
            })*
        };
    }
    live_with!(pod::Message, pod::Keyed, pod::Single, hello::Message, hello::Keyed, hello::Single);
    live_with!(mixed::Message, mixed::Keyed, mixed::Single, vector::Message, vector::Keyed, vector::Single);
    bail!("nobody follows the type `{type_name}`")
}

fn live_with<T: Speculo>(parent: Parent, root: Root, manner: Manner) -> anyhow::Result<()> {
    let mut subscriber = Subscriber::<T>::builder(AREA).root(root).open()?;
    let scheduler = Scheduler::open()?;
    let (commands, answers) = listen(parent);
    let answer = |command: String| {
        answers.send(format!("{command} {}", scheduler.waited().unwrap_or_default()))?;
        anyhow::Ok(())
    };
    while let Ok(command) = commands.recv() {
        let is_to_follow = command == FOLLOW;
        if is_to_follow {
            while subscriber.try_recv()?.is_some() {}
        }
        answer(command)?;
        if is_to_follow && let Some(command) = follow(&mut subscriber, manner, &commands)? {
            answer(command)?;
        }
    }
    Ok(())
}

/// Follows until there is another command, and gives it.
fn follow<T: Speculo>(
    subscriber: &mut Subscriber<T>,
    manner: Manner,
    commands: &Receiver<String>,
) -> anyhow::Result<Option<String>> {
    loop {
        match commands.try_recv() {
            Ok(command) => return Ok(Some(command)),
            Err(TryRecvError::Disconnected) => return Ok(None),
            Err(TryRecvError::Empty) => {}
        }
        for _ in 0..1000 {
            let received = match manner {
                Manner::Spinning => subscriber.try_recv()?,
                Manner::Waiting => subscriber.recv_timeout(Duration::from_millis(2))?,
            };
            if std::hint::black_box(received).is_none() && manner == Manner::Waiting {
                break;
            }
        }
    }
}

/// Listens to the parent beside whatever else is done: what it commands, and where the answer to each goes.
fn listen(mut parent: Parent) -> (Receiver<String>, Sender<String>) {
    let (command, commands) = channel();
    let (answers, answer) = channel::<String>();
    std::thread::spawn(move || {
        parent.ready()?;
        while let Some(said) = parent.hear()? {
            command.send(said)?;
            parent.say(answer.recv()?)?;
        }
        anyhow::Ok(())
    });
    (commands, answers)
}
