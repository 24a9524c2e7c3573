//! The short form of `make fuzz`: a few thousand inputs nobody would type, read without panic and with valid spans.

#[path = "../examples/lang_fuzz/check.rs"]
#[expect(dead_code, reason = "the whole fuzzer also measures time")]
mod check;
#[path = "../examples/lang_fuzz/generate.rs"]
#[expect(dead_code, reason = "the whole fuzzer also measures time")]
mod generate;

use check::{Scene, finding, shrink};
use generate::Generator;

#[test]
fn whatever_comes_is_read() {
    let mut generator = Generator::new(7).expect("the corpus");
    let mut read = 0;
    for _ in 0..3000 {
        let text = generator.input();
        let scene = Scene::random(&mut generator);
        if let Some(found) = finding(&text, &scene) {
            panic!("{found}\n  input {:?}\n  context {:?}", shrink(&text, &scene), scene.context);
        }
        read += 1;
    }
    assert_eq!(read, 3000);
}

#[test]
fn the_same_seed_gives_the_same_inputs() {
    let inputs = |seed| {
        let mut generator = Generator::new(seed).expect("the corpus");
        (0..200).map(|_| generator.input()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(3), inputs(3));
    assert_ne!(inputs(3), inputs(4));
}
