class Queue(private val most: Int) {
    private val jobs = ArrayDeque<Job>()

    val size: Int
        get() = jobs.size

    fun push(job: Job) {
        check(size < most)
        jobs.add(job)
    }
}
