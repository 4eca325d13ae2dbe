//! Declares the objects and enumerations of the wire format.

/// An object that keeps the fields it does not know.
///
/// Fields are `required` (an object without it, or with another kind of value, is not of this type), `list` (a required
/// list; one that is missing reads as empty) or `optional`.
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$form:ident>)? {
            $( $(#[$doc:meta])* $mode:ident $field:ident $(as $wire:literal)? : $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        pub struct $name $(<$form>)? {
            $( $(#[$doc])* pub $field: object!(@type $mode $type), )*
            /// Fields that are not known, and known ones whose value is not of the right kind.
            pub extra: $crate::Map,
        }

        impl $(<$form: $crate::ConditionForm>)? $name $(<$form>)? {
            /// The first known field whose value is not of the right kind, so that what the object means is not known.
            #[must_use]
            pub fn misread(&self) -> Option<&'static str> {
                const FIELDS: &[&str] = &[$( object!(@wire $field $($wire)?), )*];
                FIELDS.iter().copied().find(|name| self.extra.get(*name).is_some_and(|value| !value.is_null()))
            }
        }

        impl $(<$form: $crate::ConditionForm>)? $crate::Json for $name $(<$form>)? {
            fn read(value: $crate::Value) -> Result<Self, $crate::Value> {
                let $crate::Value::Object(mut map) = value else { return Err(value) };
                $( let $field = $crate::json::take::<$type>(&mut map, object!(@wire $field $($wire)?)); )*
                if !(true $( && object!(@complete $mode $field) )*) {
                    // What was taken out is put back.
                    $( if let Some(value) = &$field {
                        map.insert(object!(@wire $field $($wire)?).to_string(), $crate::Json::write(value));
                    } )*
                    return Err($crate::Value::Object(map));
                }
                $( let $field = object!(@finish $mode $field, map); )*
                Ok(Self { $( $field, )* extra: map })
            }

            fn write(&self) -> $crate::Value {
                let mut map = $crate::Map::new();
                $( object!(@write $mode self, $field, object!(@wire $field $($wire)?), map); )*
                for (name, value) in &self.extra {
                    map.insert(name.clone(), value.clone());
                }
                $crate::Value::Object(map)
            }

            fn explain(value: &$crate::Value, at: &$crate::At<'_>, faults: &mut $crate::Faults) {
                let $crate::Value::Object(map) = value else {
                    faults.push(at, $crate::json::FaultKind::MustBe("an object"));
                    return;
                };
                $( object!(@explain $mode $type, object!(@wire $field $($wire)?), map, at, faults); )*
            }

            fn faults(&self, at: &$crate::At<'_>, faults: &mut $crate::Faults) {
                $(
                    $crate::json::left_over::<$type>(&self.extra, object!(@wire $field $($wire)?), at, faults);
                    object!(@faults $mode $type, self, $field, object!(@wire $field $($wire)?), at, faults);
                )*
            }
        }

        $crate::macros::through_value!($name $(<$form>)?);

        // By hand, because the types of the fields are made by a macro, which `derive` does not take.
        impl $(<$form: Clone>)? Clone for $name $(<$form>)? {
            fn clone(&self) -> Self {
                Self { $( $field: self.$field.clone(), )* extra: self.extra.clone() }
            }
        }

        impl $(<$form: PartialEq>)? PartialEq for $name $(<$form>)? {
            fn eq(&self, other: &Self) -> bool {
                $( self.$field == other.$field && )* self.extra == other.extra
            }
        }

        impl $(<$form: std::fmt::Debug>)? std::fmt::Debug for $name $(<$form>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($field), &self.$field) )*
                    .field("extra", &self.extra)
                    .finish()
            }
        }
    };

    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };

    (@type required $type:ty) => { $type };
    (@type list $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };

    (@complete required $field:ident) => { $field.is_some() };
    (@complete $mode:ident $field:ident) => { true };

    (@finish required $field:ident, $map:ident) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::Value::Object($map)),
        }
    };
    (@finish list $field:ident, $map:ident) => { $field.unwrap_or_default() };
    (@finish optional $field:ident, $map:ident) => { $field };

    (@write required $self:ident, $field:ident, $wire:expr, $map:ident) => {
        $map.insert($wire.to_string(), $crate::Json::write(&$self.$field));
    };
    (@write list $self:ident, $field:ident, $wire:expr, $map:ident) => {
        $map.insert($wire.to_string(), $crate::Json::write(&$self.$field));
    };
    (@write optional $self:ident, $field:ident, $wire:expr, $map:ident) => {
        if let Some(value) = &$self.$field {
            $map.insert($wire.to_string(), $crate::Json::write(value));
        }
    };

    (@explain optional $type:ty, $wire:expr, $map:ident, $at:ident, $faults:ident) => {
        $crate::json::left_over::<$type>($map, $wire, $at, $faults);
    };
    (@explain $mode:ident $type:ty, $wire:expr, $map:ident, $at:ident, $faults:ident) => {
        match $map.get($wire) {
            None => $faults.push(&$at.field($wire), $crate::json::FaultKind::Required),
            Some(value) => <$type as $crate::Json>::explain(value, &$at.field($wire), $faults),
        }
    };

    (@faults optional $type:ty, $self:ident, $field:ident, $wire:expr, $at:ident, $faults:ident) => {
        if let Some(value) = &$self.$field {
            $crate::Json::faults(value, &$at.field($wire), $faults);
        }
    };
    (@faults $mode:ident $type:ty, $self:ident, $field:ident, $wire:expr, $at:ident, $faults:ident) => {
        $crate::Json::faults(&$self.$field, &$at.field($wire), $faults);
    };
}

/// An enumeration of strings that keeps the values it does not know.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$doc])* $variant, )*
            /// A value that this version does not know; it is kept as it is.
            Other(String),
        }

        impl $name {
            /// The values that are known, in the API's order.
            pub const KNOWN: &[Self] = &[$( Self::$variant, )*];

            /// The value as the API spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$variant, )*
                    other => Self::Other(other.to_string()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::Json for $name {
            fn read(value: $crate::Value) -> Result<Self, $crate::Value> {
                value.as_str().map(Self::from).ok_or(value)
            }
            fn write(&self) -> $crate::Value {
                $crate::Value::from(self.as_str())
            }
            fn explain(value: &$crate::Value, at: &$crate::At<'_>, faults: &mut $crate::Faults) {
                if !value.is_string() {
                    faults.push(at, $crate::json::FaultKind::MustBe("a string"));
                }
            }
        }

        $crate::macros::through_value!($name);
    };
}

/// Serde by way of [`Json`](crate::Json).
macro_rules! through_value {
    ($name:ident $(<$form:ident>)?) => {
        impl $(<$form: $crate::ConditionForm>)? serde::Serialize for $name $(<$form>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::Json::write(self).serialize(serializer)
            }
        }

        impl<'de $(, $form: $crate::ConditionForm)?> serde::Deserialize<'de> for $name $(<$form>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <$crate::Value as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::Json>::read(value).map_err(|value| {
                    let fault = $crate::json::why::<Self>(&value);
                    serde::de::Error::custom(if fault.pointer.is_empty() {
                        fault.to_string()
                    } else {
                        format!("{}: {fault}", fault.pointer)
                    })
                })
            }
        }
    };
}

pub(crate) use {object, open_enum, through_value};
