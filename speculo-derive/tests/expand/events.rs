#[derive(Speculo, Debug)]
enum Event {
    Quiet,
    Moved(i32, f64),
    Opened { door: u32, by: Option<String> },
}
