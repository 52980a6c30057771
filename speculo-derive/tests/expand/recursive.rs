#[derive(Speculo)]
struct Node<T> {
    value: T,
    next: Option<Box<Self>>,
    children: Vec<Node<T>>,
}
