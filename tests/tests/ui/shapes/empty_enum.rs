use speculo_typed::Speculo;

#[derive(Speculo)]
enum Never {}

fn main() {}
