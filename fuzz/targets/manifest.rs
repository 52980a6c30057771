#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| speculo_tests::hostile::fuzz("manifest", bytes));
