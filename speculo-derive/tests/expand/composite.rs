#[derive(Archive, Serialize, Deserialize, Speculo)]
#[speculo(external)]
pub struct Seat {
    #[speculo(key)]
    row: String,
    #[speculo(key, rename = "place")]
    number: u8,
    #[rkyv(with = AsString)]
    picture: PathBuf,
}
