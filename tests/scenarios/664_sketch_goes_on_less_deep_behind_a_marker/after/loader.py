class L:
    def create_module(self, spec):
        if spec.parent == "":
            return _jpype._JPackage(spec._jname)
        parts = spec.long_name.rsplit('.', 1)
        rc = getattr(sys.modules[spec.parent], parts[1])

        # Install
        if rc is None:
            return 1
        return rc
