urlpatterns = [
    path("a/", views.a),
    path("b/", views.b),
]
