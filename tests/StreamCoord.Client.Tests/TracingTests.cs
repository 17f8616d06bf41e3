using System.Diagnostics;
using StreamCoord.Client.Tests.Clusters;

namespace StreamCoord.Client.Tests;

/// <summary>The span of a record's processing is in the trace in which it was sent, across the cluster.</summary>
public sealed class TracingTests(OutsideFixture outside)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processing_IsAChildOfSending()
    {
        string topic = await outside.CreateTopicAsync();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is ClientTracing.SourceName or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        await using Producer producer = outside.Client.CreateProducer();
        ActivityTraceId trace;
        using (Activity? request = source.StartActivity("request"))
        {
            request!.TraceStateString = "vendor=1";
            trace = request.TraceId;
            await producer.ProduceAsync(topic, OutgoingRecord.Of("k", "v"), Stop);
        }

        await using Consumer consumer = outside.Client.ReadAll(topic);
        ConsumedRecord record = (await consumer.TakeAsync(1))[0];
        using Activity? processing = ClientTracing.StartProcessing(record);

        Assert.Equal(trace, processing!.TraceId);
        Assert.Equal($"process {topic}", processing.OperationName);
        Assert.Equal("vendor=1", processing.TraceStateString);
        Assert.Contains(processing.ParentSpanId.ToHexString(), record.HeaderText(ClientTracing.TraceParentHeader));
        Assert.Equal(topic, processing.GetTagItem("messaging.destination.name"));
    }

    [Fact]
    public async Task ACarriedContext_IsLeftAlone()
    {
        string topic = await outside.CreateTopicAsync();
        await using Producer producer = outside.Client.CreateProducer();
        var carried = new Records.RecordHeader(ClientTracing.TraceParentHeader, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"u8.ToArray());
        await producer.ProduceAsync(topic, OutgoingRecord.Of("k", "v") with { Headers = new[] { carried } }, Stop);
        await using Consumer consumer = outside.Client.ReadAll(topic);
        ConsumedRecord record = (await consumer.TakeAsync(1))[0];
        Assert.Equal(1, record.HeaderCount);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", record.HeaderText(ClientTracing.TraceParentHeader));
    }
}
