pub fn wrap(path: Option<&Path>) -> Code {
    let from = match path {
        Some(path) => quote! {
            #[allow(unused_extern_crates)]
            import(path);
        },
        None => quote! {
            #[allow(unused_extern_crates)]
            emit(serde, extra, words);
        },
    };
    from
}
