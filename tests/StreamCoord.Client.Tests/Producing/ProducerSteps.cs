namespace StreamCoord.Client.Tests.Producing;

internal static class ProducerSteps
{
    /// <summary>Sends a record and everything before it without lingering.</summary>
    public static async Task<DeliveryReport> ProduceNowAsync(this Producer producer, string topic, string value)
    {
        Delivery delivery = await producer.SendAsync(topic, OutgoingRecord.Of(null, value), TestContext.Current.CancellationToken);
        await producer.FlushAsync(TestContext.Current.CancellationToken);
        return await delivery.WaitAsync(TestContext.Current.CancellationToken);
    }
}
