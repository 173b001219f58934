data class Task(
    val id: Long,
    val done: Boolean = false,
)

class Tasks(
    private val dao: TaskDao,
) {
    val open: Flow<List<Task>> = dao.all().map { tasks -> tasks.filter { !it.done } }

    suspend fun remove(id: Long) {
        dao.delete(id)
    }
}
