class Metrics(
    client: Client,
    service: Service
)(
    implicit context: Context
) extends Logging {

    def counts(ids: Seq[Id]): Future[Counts] = {
      service.counts(ids)
    }

    // Slow: asks each of them.
    def sums(ids: Seq[Id]): Future[Sums] = {
      client.sums(ids)
    }
}
