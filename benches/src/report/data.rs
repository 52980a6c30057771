//! What was measured, kept as CSV: a file for each group, and one for the runs.
//!
//! A run replaces the groups that it measured, and leaves the others as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use csv::{Reader, StringRecord, Writer};

use crate::machine::Machine;
use crate::measure::{Measured, Unit};
use crate::statistics::Summary;

/// The file of the runs and what they were measured on.
const RUNS: &str = "runs.csv";

const RUN_COLUMNS: [&str; 3] = ["run", "what", "is"];

const COLUMNS: [&str; 10] = ["run", "group", "work", "by", "unit", "median", "p5", "p95", "absent", "rounds"];

/// What has been measured, in one run or several.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Data {
    /// For each group: the run that measured it, and what it measured.
    pub(crate) groups: BTreeMap<String, (String, Vec<Measured>)>,
    /// What those runs were measured on.
    pub(crate) runs: Vec<Machine>,
}

impl Data {
    /// What is in this directory; nothing if there is none.
    pub(crate) fn load(directory: &Path) -> anyhow::Result<Self> {
        let mut data = Self::default();
        if !directory.exists() {
            return Ok(data);
        }
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let is_runs = path.file_name().is_some_and(|name| name == RUNS);
            let result = if is_runs { data.load_runs(&path) } else { data.load_group(&path) };
            result.with_context(|| format!("{} cannot be used; delete it", path.display()))?;
        }
        data.forget_runs();
        Ok(data)
    }

    /// Replaces what was known of the groups that this run measured.
    pub(crate) fn merge(&mut self, machine: Machine, measured: &[Measured]) {
        for group in measured.chunk_by(|one, next| one.group == next.group) {
            if let Some(first) = group.first() {
                self.groups.insert(first.group.clone(), (machine.run.clone(), group.to_vec()));
            }
        }
        if !self.runs.contains(&machine) {
            self.runs.push(machine);
        }
        self.forget_runs();
    }

    /// Writes everything into this directory.
    pub(crate) fn save(&self, directory: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        for (group, (run, measured)) in &self.groups {
            let mut file = Writer::from_path(directory.join(format!("{group}.csv")))?;
            file.write_record(COLUMNS)?;
            for one in measured {
                file.write_record(&to_record(run, one))?;
            }
            file.flush()?;
        }
        let mut file = Writer::from_path(directory.join(RUNS))?;
        file.write_record(RUN_COLUMNS)?;
        for machine in &self.runs {
            for (what, is) in &machine.facts {
                file.write_record([&machine.run, what, is])?;
            }
        }
        Ok(file.flush()?)
    }

    /// Everything, whatever its group.
    pub(crate) fn all(&self) -> Vec<&Measured> {
        self.groups.values().flat_map(|(_, measured)| measured).collect()
    }

    /// Runs of which nothing is left are forgotten.
    fn forget_runs(&mut self) {
        self.runs.retain(|machine| self.groups.values().any(|(run, _)| *run == machine.run));
    }

    fn load_runs(&mut self, path: &Path) -> anyhow::Result<()> {
        for record in Reader::from_path(path)?.records() {
            let record = record?;
            let [run, what, is] = fields(&record)?;
            let fact = (what.to_owned(), is.to_owned());
            match self.runs.iter_mut().find(|machine| machine.run == run) {
                Some(machine) => machine.facts.push(fact),
                None => self.runs.push(Machine { run: run.to_owned(), facts: vec![fact] }),
            }
        }
        Ok(())
    }

    fn load_group(&mut self, path: &Path) -> anyhow::Result<()> {
        for record in Reader::from_path(path)?.records() {
            let (run, one) = from_record(&record?)?;
            self.groups.entry(one.group.clone()).or_insert_with(|| (run, Vec::new())).1.push(one);
        }
        Ok(())
    }
}

fn to_record(run: &str, measured: &Measured) -> StringRecord {
    let Measured { group, work, by, unit, rounds, absent } = measured;
    let numbers = Summary::of(rounds).map_or_else(
        || [const { String::new() }; 3],
        |Summary { median, low, high }| [median, low, high].map(|number| format!("{number:.2}")),
    );
    let mut record = StringRecord::from(vec![run, group, work, by, unit_name(*unit)]);
    record.extend(numbers);
    record.push_field(absent.as_deref().unwrap_or_default());
    let rounds: Vec<_> = rounds.iter().map(|round| format!("{round:.2}")).collect();
    record.push_field(&rounds.join(" "));
    record
}

fn from_record(record: &StringRecord) -> anyhow::Result<(String, Measured)> {
    let [run, group, work, by, unit, _, _, _, absent, rounds] = fields(record)?;
    let unit = [Unit::Nanoseconds, Unit::Bytes].into_iter().find(|known| unit_name(*known) == unit);
    let measured = Measured {
        group: group.to_owned(),
        work: work.to_owned(),
        by: by.to_owned(),
        unit: unit.context("an unknown unit")?,
        rounds: rounds.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>()?,
        absent: Some(absent.to_owned()).filter(|absent| !absent.is_empty()),
    };
    Ok((run.to_owned(), measured))
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Nanoseconds => "ns",
        Unit::Bytes => "B",
    }
}

fn fields<const COUNT: usize>(record: &StringRecord) -> anyhow::Result<[&str; COUNT]> {
    let fields: Vec<_> = record.iter().collect();
    fields.try_into().ok().with_context(|| format!("a line has not {COUNT} columns"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(group: &str, rounds: &[f64]) -> Measured {
        Measured {
            group: group.to_owned(),
            work: "publish mmap-sync's \"struct\", by key".to_owned(),
            by: "speculo".to_owned(),
            unit: Unit::Nanoseconds,
            rounds: rounds.to_vec(),
            absent: rounds.is_empty().then(|| "not here".to_owned()),
        }
    }

    fn machine(run: &str) -> Machine {
        Machine { run: run.to_owned(), facts: vec![("kernel".to_owned(), "6.1, of course".to_owned())] }
    }

    #[test]
    fn what_was_saved_is_loaded() -> anyhow::Result<()> {
        let directory = tempfile::tempdir()?;
        let mut data = Data::load(&directory.path().join("none yet"))?;
        data.merge(
            machine("first"),
            &[measured("a", &[1.25, 2.5]), measured("a", &[]), measured("b", &[3.0])],
        );
        data.save(directory.path())?;
        assert_eq!(Data::load(directory.path())?, data);
        Ok(())
    }

    #[test]
    fn a_run_of_some_groups_keeps_the_others() {
        let mut data = Data::default();
        data.merge(machine("first"), &[measured("a", &[1.0]), measured("b", &[1.0])]);
        data.merge(machine("second"), &[measured("a", &[2.0])]);
        let runs: Vec<_> = data.groups.values().map(|(run, _)| run.as_str()).collect();
        assert_eq!(runs, ["second", "first"]);
        data.merge(machine("third"), &[measured("b", &[3.0])]);
        let left: Vec<_> = data.runs.iter().map(|machine| machine.run.as_str()).collect();
        assert_eq!(left, ["second", "third"]);
    }
}
