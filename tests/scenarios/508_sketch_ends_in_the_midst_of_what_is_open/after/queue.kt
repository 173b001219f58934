class Queue(private val most: Int) {
    private val jobs = ArrayDeque<Job>()
    private val lock = Mutex()

    val size: Int
        get() = jobs.size

    fun push(job: Job) {
        check(size < most)
        jobs.add(job)
    }
}
