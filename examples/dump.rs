//! Any area as lines of JSON, without its type.
//!
//! ```text
//! cargo run --example processes                               # in one terminal
//! cargo run --example dump -- examples/processes              # in another
//! cargo run --example dump -- examples/processes name memory  # of each value these fields alone
//! ```
//!
//! What a value looks like is told by the schema that its publisher left in the area. See `speculo_typed::decode` for the
//! rules by which it becomes JSON.

use std::error::Error;
use std::io::{self, Write};

use speculo_typed::decode::{Content, Reader, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let name = args.next().ok_or("usage: dump <area> [<field>…]")?;
    let fields: Vec<String> = args.collect();

    let mut reader = Reader::open(&name)?;
    let decoder = reader.decoder();
    eprintln!("{}: {:?} area of `{}`", reader.path().display(), decoder.kind(), decoder.type_name());
    let mut out = io::stdout().lock();
    // Everything at one moment. The publisher may go on meanwhile.
    for value in reader.view()?.iter() {
        let (meta, value) = value?;
        // A damaged value is said to be one; the others are printed all the same.
        match line(value, &fields) {
            Ok(line) => writeln!(out, "{line}")?,
            Err(error) => eprintln!("{:?}: {error}", meta.id),
        }
    }
    Ok(())
}

/// A value, or some of its fields.
fn line(value: Value<'_>, fields: &[String]) -> Result<String, Box<dyn Error>> {
    if fields.is_empty() {
        return Ok(serde_json::to_string(&value)?);
    }
    let Content::Struct(name, record) = value.content()? else {
        return Err("only structs have fields".into());
    };
    let mut words = Vec::new();
    for field in fields {
        let part = record.get(field).ok_or_else(|| format!("`{name}` has no field `{field}`"))??;
        words.push(serde_json::to_string(&part)?);
    }
    Ok(words.join("\t"))
}
