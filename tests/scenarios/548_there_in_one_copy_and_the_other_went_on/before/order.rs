fn first(order: &Order) -> u32 {
    let total = order.total();
    let count = order.count(Kind::First);
    log(total, count);
    check_all(total, count);
    total * count
}

fn second(order: &Order) -> u32 {
    let total = order.total();
    let count = order.count(Kind::Second);
    log(total, count);
    check_lines(order);
    check_prices(order);
    total * count
}
