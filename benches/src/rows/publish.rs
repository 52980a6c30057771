//! Publishing: every shape, every kind, alone and in company.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use speculo_typed::{Keyed, PublishError, Publisher, Root, Singleton, Stream};

use crate::follower::{AREA, Followers, Manner};
use crate::limits;
use crate::measure::{Bench, Contender};
use crate::peers::{self, Peer};
use crate::statistics::share;
use crate::types::{Varied, VariedKeyed, hello, mixed, pod, vector};

pub(crate) const GROUP: &str = "publish";

/// How long values live that expire: short, so that a stream's rollovers meet some that have.
const TTL: Duration = Duration::from_millis(1);

/// Followers, where there are to be more than there are cores.
const CROWD: usize = 4;

/// Rollovers in every turn, at least, for they cost as well. A stream takes long to come to the next.
const ROLLOVERS: u64 = 2;

/// How many turns are repeated because somebody else on this machine had the processor of a follower that has one to
/// itself.
const REPEATS: u32 = 100;

/// What goes on around a publisher.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    /// Nothing.
    Alone,
    /// Values expire after [`TTL`].
    Expiring,
    /// So many processes follow, all on the other core.
    Followers(usize),
    /// A process sleeps until there is something, and then again.
    Waiter,
}

impl Company {
    const ALL: [Self; 5] =
        [Self::Alone, Self::Expiring, Self::Followers(1), Self::Followers(CROWD), Self::Waiter];

    fn by(self) -> String {
        match self {
            Self::Alone => "speculo".to_owned(),
            Self::Expiring => "speculo, values expire".to_owned(),
            Self::Followers(1) => "speculo, 1 follower".to_owned(),
            Self::Followers(count) => format!("speculo, {count} followers"),
            Self::Waiter => "speculo, 1 waiter".to_owned(),
        }
    }

    fn followers<T: Varied>(self, root: &Root) -> anyhow::Result<Followers> {
        match self {
            Self::Alone | Self::Expiring => Followers::start::<T>(root, Manner::Spinning, 0),
            Self::Followers(count) => Followers::start::<T>(root, Manner::Spinning, count),
            Self::Waiter => Followers::start::<T>(root, Manner::Waiting, 1),
        }
    }
}

/// Whoever else can do the work: limits, and peers.
type Others = (Vec<Contender<'static>>, Vec<Peer>);

/// The group `publish`.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    let pod = pod::Message::new(7);
    let stores = || vec![limits::bare_stores_64()];
    stream(bench, "64 B", &pod, (stores(), vec![]))?;
    by_key::<pod::Keyed>(bench, "64 B", &pod.clone().into(), (stores(), vec![]))?;
    by_slot::<pod::Keyed>(bench, "64 B", &pod.clone().into(), (stores(), peers::publish_64()))?;
    singleton::<pod::Single>(bench, "64 B", &pod.into(), (stores(), vec![]))?;

    let value = hello::Message::new();
    let peers = peers::publish_messages();
    kinds::<_, hello::Keyed, hello::Single>(bench, "mmap-sync's struct", &value, limits::bare_stores, peers)?;
    let value = mixed::Message::new(7);
    kinds::<_, mixed::Keyed, mixed::Single>(bench, "1 KiB mixed", &value, limits::bare_stores, vec![])?;

    let sizes: &[_] = &[("64 KiB vector", 64 << 10), ("1 MiB vector", 1 << 20), ("16 MiB vector", 16 << 20)];
    for &(name, bytes) in sizes.iter().take(if quick { 1 } else { sizes.len() }) {
        let value = vector::Message::new(7, bytes);
        let peers = peers::publish_vector(value.samples.len());
        let limit = |_| limits::copy_into_hot_memory(bytes);
        kinds::<_, vector::Keyed, vector::Single>(bench, name, &value, limit, peers)?;
    }
    Ok(())
}

/// One shape in every kind; the peers are those of the singleton.
fn kinds<M, K, S>(
    bench: &mut Bench,
    shape: &str,
    value: &M,
    limit: impl Fn(usize) -> Contender<'static>,
    peers: Vec<Peer>,
) -> anyhow::Result<()>
where
    M: Varied + Stream + Clone + 'static,
    K: VariedKeyed + From<M> + Clone + 'static,
    S: Varied + Singleton + From<M> + Clone + 'static,
{
    let bytes = size_in_area(value)?;
    let limit = || vec![limit(bytes)];
    stream(bench, shape, value, (limit(), vec![]))?;
    by_key::<K>(bench, shape, &value.clone().into(), (limit(), vec![]))?;
    by_slot::<K>(bench, shape, &value.clone().into(), (limit(), vec![]))?;
    singleton::<S>(bench, shape, &value.clone().into(), (limit(), peers))
}

fn stream<T>(bench: &mut Bench, shape: &str, value: &T, others: Others) -> anyhow::Result<()>
where
    T: Varied + Stream + Clone + 'static,
{
    plainly(bench, &format!("publish {shape}, stream"), value, others)
}

fn by_key<T>(bench: &mut Bench, shape: &str, value: &T, others: Others) -> anyhow::Result<()>
where
    T: Varied + Keyed + Clone + 'static,
{
    plainly(bench, &format!("publish {shape}, by key"), value, others)
}

fn singleton<T>(bench: &mut Bench, shape: &str, value: &T, others: Others) -> anyhow::Result<()>
where
    T: Varied + Singleton + Clone + 'static,
{
    plainly(bench, &format!("publish {shape}, singleton"), value, others)
}

/// With [`Publisher::publish`].
fn plainly<T>(bench: &mut Bench, work: &str, value: &T, others: Others) -> anyhow::Result<()>
where
    T: Varied + Clone + 'static,
{
    let contender = |company| {
        contender(company, value.clone(), |publisher, value| {
            publisher.publish(value)?;
            Ok(())
        })
    };
    compare(bench, work, contender, others)
}

fn by_slot<T>(bench: &mut Bench, shape: &str, value: &T, others: Others) -> anyhow::Result<()>
where
    T: VariedKeyed + Clone + 'static,
{
    let contender = |company| {
        let mut slot = value.slot();
        contender(company, value.clone(), move |publisher, value| {
            publisher.publish_at(&mut slot, value)?;
            Ok(())
        })
    };
    compare(bench, &format!("publish {shape}, by slot"), contender, others)
}

fn compare(
    bench: &mut Bench,
    work: &str,
    contender: impl Fn(Company) -> anyhow::Result<Contender<'static>>,
    (limits, peers): Others,
) -> anyhow::Result<()> {
    let ours: anyhow::Result<Vec<_>> = Company::ALL.into_iter().map(contender).collect();
    let mut contenders = ours.with_context(|| work.to_owned())?;
    contenders.extend(limits);
    bench.compare_with_peers(GROUP, work, contenders, peers)
}

/// Publishes this value, a little different each time, in an area of its own.
fn contender<T: Varied + 'static>(
    company: Company,
    mut value: T,
    mut publish: impl FnMut(&mut Publisher<T>, &T) -> Result<(), PublishError> + 'static,
) -> anyhow::Result<Contender<'static>> {
    let root = Root::temporary()?;
    let mut publisher = publisher(&root, company, &value)?;
    let mut followers = company.followers::<T>(&root)?;
    // No rollover is passed over between two looks.
    let between_looks = ((64 << 10) / publisher.stats().live_bytes).clamp(1, 1024);
    let mut repeats = REPEATS;
    let turn = move |operations| loop {
        let waited_before = followers.follow()?;
        let (mut took, mut done) = (Duration::ZERO, 0);
        let end = publisher.stats().rollovers + ROLLOVERS;
        while done < operations || publisher.stats().rollovers < end {
            let began = Instant::now();
            for _ in 0..between_looks {
                value.vary();
                publish(&mut publisher, black_box(&value))?;
            }
            took += began.elapsed();
            done += between_looks;
        }
        let waited = followers.rest()?.saturating_sub(waited_before);
        if waited <= took / 20 || company != Company::Followers(1) || repeats == 0 {
            return Ok(share(took, operations, done));
        }
        repeats -= 1;
    };
    Ok(Contender::new(&company.by(), turn))
}

/// With default settings, but for a limit that a large value needs. The value is published.
fn publisher<T: Varied>(root: &Root, company: Company, value: &T) -> anyhow::Result<Publisher<T>> {
    let mut builder = Publisher::<T>::builder(AREA).root(root.clone());
    if company == Company::Expiring {
        builder = builder.ttl(TTL);
    }
    let mut publisher = builder.clone().create()?;
    if let Err(PublishError::TooLarge { needed, .. }) = publisher.publish(value) {
        drop(publisher);
        publisher = builder.max_size(4 * needed).create()?;
        publisher.publish(value)?;
    }
    Ok(publisher)
}

/// What the value takes in an area, with its header.
fn size_in_area<T: Varied>(value: &T) -> anyhow::Result<usize> {
    let publisher = publisher(&Root::temporary()?, Company::Alone, value)?;
    Ok(usize::try_from(publisher.stats().live_bytes)?)
}
