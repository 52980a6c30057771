//! The types that are published: each shape as a message of a stream, as a keyed value and as a singleton.

use speculo_typed::{Keyed, Slot, Speculo};

/// A value that is not the same each time it is published.
pub(crate) trait Varied: Speculo {
    /// Changes it a little.
    fn vary(&mut self);
}

/// A varied value that is published under one key.
pub(crate) trait VariedKeyed: Varied + Keyed {
    /// The place of its key.
    fn slot(&self) -> Slot<Self>;
}

/// Makes the three types of one shape.
macro_rules! shape {
    (
        $(#[$about:meta])*
        $shape:ident { key $key:ident: $key_type:ty, $($field:ident: $type:ty,)* } vary($value:ident) $vary:block
    ) => {
        $(#[$about])*
        pub(crate) mod $shape {
            use super::{Slot, Speculo, Varied, VariedKeyed};

            /// One of many in a stream.
            #[derive(Speculo, Clone)]
            pub(crate) struct Message {
                pub(crate) $key: $key_type,
                $(pub(crate) $field: $type,)*
            }

            /// The newest of its key.
            #[derive(Speculo, Clone)]
            pub(crate) struct Keyed {
                #[speculo(key)]
                pub(crate) $key: $key_type,
                $(pub(crate) $field: $type,)*
            }

            /// The only one.
            #[derive(Speculo, Clone)]
            #[speculo(singleton)]
            pub(crate) struct Single {
                pub(crate) $key: $key_type,
                $(pub(crate) $field: $type,)*
            }

            shape!(@varied Message $value $vary);
            shape!(@varied Keyed $value $vary);
            shape!(@varied Single $value $vary);

            impl VariedKeyed for Keyed {
                fn slot(&self) -> Slot<Self> {
                    Slot::new(self.$key)
                }
            }

            impl From<Message> for Keyed {
                fn from(Message { $key, $($field),* }: Message) -> Self {
                    Self { $key, $($field),* }
                }
            }

            impl From<Message> for Single {
                fn from(Message { $key, $($field),* }: Message) -> Self {
                    Self { $key, $($field),* }
                }
            }
        }
    };
    (@varied $type:ident $value:ident $vary:block) => {
        impl Varied for $type {
            #[inline]
            fn vary(&mut self) {
                let $value = self;
                $vary
            }
        }
    };
}

shape! {
    /// 64 bytes, plain.
    pod {
        key id: u64,
        numbers: [f64; 7],
    }
    vary(value) {
        let [first, ..] = &mut value.numbers;
        *first += 1.0;
    }
}

shape! {
    /// The struct of mmap-sync's own benchmark.
    hello {
        key version: u32,
        messages: Vec<String>,
    }
    vary(value) {
        value.messages.swap(0, 1);
    }
}

shape! {
    /// About 1 KiB of strings, numbers and a map.
    mixed {
        key id: u64,
        name: String,
        tags: Vec<String>,
        limits: std::collections::HashMap<String, f64>,
        samples: Vec<f32>,
    }
    vary(value) {
        value.tags.swap(0, 1);
    }
}

shape! {
    /// A vector of numbers.
    vector {
        key id: u64,
        samples: Vec<f32>,
    }
    vary(value) {
        value.samples.swap(0, 1);
    }
}

impl pod::Message {
    /// The 64 bytes with this key.
    #[expect(clippy::cast_precision_loss, reason = "keys are small")]
    pub(crate) fn new(id: u64) -> Self {
        Self { id, numbers: [id as f64; 7] }
    }
}

impl hello::Message {
    /// The value of mmap-sync's own benchmark.
    pub(crate) fn new() -> Self {
        Self { version: 7, messages: ["Hello", "World", "!"].map(str::to_owned).to_vec() }
    }
}

impl mixed::Message {
    /// A value whose archive has about 1 KiB.
    pub(crate) fn new(id: u64) -> Self {
        let wheels = ["front left", "front right", "rear left", "rear right"];
        Self {
            id,
            name: "the temperatures of what turns at the wheels".to_owned(),
            tags: wheels.map(|wheel| format!("sensor at the {wheel} wheel")).to_vec(),
            limits: wheels.map(|wheel| (format!("limit of the {wheel}"), 120.5)).into(),
            samples: vec![0.5; 128],
        }
    }
}

impl vector::Message {
    /// So many bytes of numbers, no two neighbours alike.
    pub(crate) fn new(id: u64, bytes: usize) -> Self {
        Self { id, samples: (0..255u8).map(f32::from).cycle().take(bytes / size_of::<f32>()).collect() }
    }
}
