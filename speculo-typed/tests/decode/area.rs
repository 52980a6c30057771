//! Areas whose type the reader does not know.

use speculo_core::{Area, Kind, Schema};
use speculo_typed::decode::{DecodeError, Reader};
use speculo_typed::{Error, OpenError, Publisher, Root};

use crate::types::{Door, List};

#[test]
fn an_area_of_any_type_is_read() {
    let root = Root::temporary().unwrap();
    let mut doors = Publisher::<Door>::builder("doors").root(root.clone()).create().unwrap();
    doors.publish(&Door { id: 1, open: false, label: "front".into() }).unwrap();
    doors.publish(&Door { id: 2, open: true, label: "rear, and on the left".into() }).unwrap();
    doors.publish(&Door { id: 1, open: true, label: "front".into() }).unwrap();

    let mut reader = Reader::builder("doors").root(root.clone()).open().unwrap();
    assert_eq!((reader.decoder().kind(), reader.decoder().type_name()), (Kind::Keyed, "Door"));
    let view = reader.view().unwrap();
    doors.remove(1).unwrap();
    let lines: Vec<_> = view
        .iter()
        .map(|value| {
            value.map(|(meta, value)| (meta.version, serde_json::to_string(&value).unwrap())).unwrap()
        })
        .collect();
    assert_eq!(
        lines,
        [
            (1, r#"{"id":2,"open":true,"label":"rear, and on the left"}"#.to_owned()),
            (2, r#"{"id":1,"open":true,"label":"front"}"#.to_owned()),
        ]
    );
    assert_eq!(reader.view().unwrap().iter().count(), 1, "a view stays, and the next one is new");
    assert!(matches!(
        Reader::builder("none").root(root).open(),
        Err(Error::Open(OpenError::NotFound { .. }))
    ));
}

#[test]
fn an_area_without_a_type_is_refused() {
    let root = Root::temporary().unwrap();
    let area = Area::builder("bytes").root(root.clone()).schema(Schema::untyped(Kind::Stream));
    let _writer = area.create().unwrap();
    let error = Reader::builder("bytes").root(root).open().unwrap_err();
    assert!(matches!(error, Error::Decode(DecodeError::Untyped)), "{error}");
}

/// The deepest value that a publisher accepts is printed by a thread of the usual stack.
#[test]
fn the_deepest_value_is_printed() {
    let root = Root::temporary().unwrap();
    let mut lists = Publisher::<List>::builder("lists").root(root.clone()).create().unwrap();
    let list =
        |depth: u32| (0..depth).fold(None, |next, value| Some(Box::new(List { value, next }))).unwrap();
    let deepest = (1..600).rev().find(|depth| lists.publish(&list(*depth)).is_ok()).unwrap();
    assert!(deepest > 500, "{deepest}");

    let mut reader = Reader::builder("lists").root(root).open().unwrap();
    let view = reader.view().unwrap();
    let (_, value) = view.iter().next().unwrap().unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), serde_json::to_string(&list(deepest)).unwrap());
    assert!(format!("{value:?}").contains("{ value: 0, next: None }"));
}
