//! Speculo measured beside its peers and the physical limits, in one run.

mod limits;
mod measure;
mod peers;
mod rows;
mod types;

fn main() -> anyhow::Result<()> {
    Ok(())
}
