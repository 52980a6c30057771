//! What the builders of publishers and subscribers share.

/// The part of a builder that is the same on both sides.
macro_rules! shared {
    ($builder:ident) => {
        impl<T> $builder<T> {
            fn with(self, change: impl FnOnce(AreaBuilder<'static>) -> AreaBuilder<'static>) -> Self {
                Self { area: change(self.area), of: PhantomData }
            }

            /// Where areas live. Publisher and subscribers must agree on it. Default: [`Root::default`].
            #[must_use]
            pub fn root(self, root: Root) -> Self {
                self.with(|area| area.root(root))
            }
        }

        impl<T> Clone for $builder<T> {
            fn clone(&self) -> Self {
                Self { area: self.area.clone(), of: PhantomData }
            }
        }

        impl<T> fmt::Debug for $builder<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.area.fmt(f)
            }
        }
    };
}

pub(crate) use shared;
