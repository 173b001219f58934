def run(order, force):
    ship(order,
         force=force)
    log(order, force)
    return order
