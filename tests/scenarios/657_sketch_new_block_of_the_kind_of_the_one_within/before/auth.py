def grant(user):
    if user.is_admin:
        add(user)
        log(user)
    return user
