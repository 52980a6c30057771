use speculo_typed::Speculo;
use speculo_typed::__private::rkyv;

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize, Speculo)]
#[rkyv(crate = rkyv)]
struct Point {
    x: i32,
}

fn main() {}
