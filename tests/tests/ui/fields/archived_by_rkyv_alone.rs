// mistakes: 1, and 1 error of the compiler: the archived type is there, so it also asks what that lacks

use speculo_typed::Speculo;
use speculo_typed::__private::rkyv;

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
#[rkyv(crate = rkyv)]
struct Matrix {
    rows: Vec<f32>,
}

#[derive(Speculo)]
struct Scan {
    matrix: Matrix,
}

fn main() {}
