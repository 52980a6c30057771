// mistakes: 2

use speculo_typed::Speculo;
use std::borrow::Cow;

#[derive(Speculo)]
struct Door {
    label: Cow<'static, str>,
    parts: Option<Cow<'static, [u8]>>,
}

fn main() {}
