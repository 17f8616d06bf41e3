using System.Diagnostics;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;

namespace StreamCoord.Benchmarks.Kafka;

/// <summary>
/// A real silo over Kafka's protocol: how soon it takes a record, what it writes and reads, beside the bare writes that it cannot do without. The silo's own processor time is told too,
/// because it does not depend on what else the machine does.
/// </summary>
internal static class KafkaLoad
{
    private const short ProduceVersion = 7;
    private const short FetchVersion = 4;
    private const int Rounds = 3;
    private const int RecordBytes = 100;
    private const string Never = "9223372036854775807";

    /// <summary>Measures all, or how soon a silo serves only.</summary>
    public static async Task RunAsync(string assembly, bool isStartOnly)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        using var data = new TemporaryDirectory();
        if (!isStartOnly)
        {
            await MeasureLoadAsync(data);
        }
        await MeasureStartAsync(data.Path);
    }

    private static async Task MeasureLoadAsync(TemporaryDirectory data)
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Path.Combine(data.Path, "load"));
        MeasureProduce(silo, data.Path);
        MeasureFetch(silo);
        MeasureSmall(silo);
        await MeasureEndToEndAsync(silo);
        Console.WriteLine($"resident memory after it: {await silo.ResidentKilobytesAsync() / 1000} MB");
        await silo.StopAsync();
    }

    private static void MeasureProduce(SiloProcess silo, string directory)
    {
        using var link = new KafkaLink(silo.Kafka);
        link.CreateTopic("flushed", "1");
        link.CreateTopic("unflushed", Never);
        for (int round = 0; round < Rounds; round++)
        {
            Console.WriteLine($"bare writes of 64 KiB, each flushed: {BareWrites(Path.Combine(directory, "bare"), 64 * 1024, 2_000):N0} MB/s");
            Pump(silo, link, "produce 64 KiB, 5 in flight, flushed", Produce("flushed", 64 * 1024), 5, 300_000_000);
            Pump(silo, link, "produce 64 KiB, 5 in flight, flush.messages=never", Produce("unflushed", 64 * 1024), 5, 1_000_000_000);
            Console.WriteLine($"bare writes of 1 MiB, each flushed: {BareWrites(Path.Combine(directory, "bare"), 1024 * 1024, 300):N0} MB/s");
            Pump(silo, link, "produce 1 MB, 5 in flight, flushed", Produce("flushed", 1_000_000), 5, 500_000_000);
        }
    }

    private static void MeasureFetch(SiloProcess silo)
    {
        using var link = new KafkaLink(silo.Kafka);
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan before = ProcessorTime(silo);
            long bytes = 0;
            var latencies = new Latencies();
            for (long offset = 0; bytes < 1_000_000_000;)
            {
                link.Send(KafkaLink.Frame(Fetch("unflushed", offset, 1024 * 1024), FetchVersion));
                FetchResponse.PartitionData answer = KafkaLink.Parse<FetchResponse>(latencies.Time(link.Receive), FetchVersion).Responses[0].Partitions[0];
                ReadOnlyMemory<byte> records = answer.Records ?? throw new InvalidOperationException($"Error {answer.ErrorCode}.");
                bytes += records.Length;
                offset = EndOf(records.Span);
            }
            latencies.Report("fetch 1 MiB of cached data, one in flight", bytes, ProcessorTime(silo) - before);
        }
    }

    private static void MeasureSmall(SiloProcess silo)
    {
        using var link = new KafkaLink(silo.Kafka);
        for (int round = 0; round < Rounds; round++)
        {
            Pump(silo, link, "one batch of 200 bytes in flight, flush.messages=never", Produce("unflushed", 200), 1, 4_000_000);
            Pump(silo, link, "one batch of 200 bytes in flight, flushed", Produce("flushed", 200), 1, 1_000_000);
        }
    }

    // One record every millisecond, read by a consumer that waits for it.
    private static async Task MeasureEndToEndAsync(SiloProcess silo)
    {
        using var producer = new KafkaLink(silo.Kafka);
        producer.CreateTopic("ends", "1");
        for (int round = 0; round < Rounds; round++)
        {
            const int Count = 5_000;
            long[] sent = new long[Count];
            using var consumer = new KafkaLink(silo.Kafka);
            int first = round * Count;
            Task<Latencies> consuming = Task.Factory.StartNew(() => Consume(consumer, first, sent), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            byte[] frame = KafkaLink.Frame(Produce("ends", 1), ProduceVersion);
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < Count; i++)
            {
                while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < i)
                {
                    Thread.Yield();
                }
                Volatile.Write(ref sent[i], Stopwatch.GetTimestamp());
                producer.Send(frame);
                producer.Receive();
            }
            (await consuming).Report("produce to consume at 1,000 records/s, flushed", 0, null);
        }
    }

    private static Latencies Consume(KafkaLink link, int first, long[] sent)
    {
        var latencies = new Latencies();
        for (long offset = first; offset < first + sent.Length;)
        {
            link.Send(KafkaLink.Frame(Fetch("ends", offset, 1024 * 1024), FetchVersion));
            ReadOnlyMemory<byte> records = KafkaLink.Parse<FetchResponse>(link.Receive(), FetchVersion).Responses[0].Partitions[0].Records ?? default;
            long end = records.IsEmpty ? offset : EndOf(records.Span);
            for (; offset < end; offset++)
            {
                latencies.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref sent[offset - first])));
            }
        }
        return latencies;
    }

    private static async Task MeasureStartAsync(string directory)
    {
        var fresh = new Latencies();
        var filled = new Latencies();
        for (int round = 0; round < Rounds; round++)
        {
            string data = Path.Combine(directory, $"start{round}");
            await using (SiloProcess silo = await StartToFirstProduceAsync(data, fresh))
            {
                using var link = new KafkaLink(silo.Kafka);
                Pump(silo, link, "filling", Produce("first", 1_000_000), 5, 1_000_000_000);
                await silo.KillAsync();
            }
            await using SiloProcess again = await StartToFirstProduceAsync(data, filled);
            await again.StopAsync();
        }
        fresh.Report("start of the process to the first acknowledged produce, topic created by it", 0, null);
        filled.Report("the same after kill -9 with 1 GB of data", 0, null);
    }

    private static async Task<SiloProcess> StartToFirstProduceAsync(string data, Latencies latencies)
    {
        Stopwatch watch = Stopwatch.StartNew();
        SiloProcess silo = await SiloProcess.StartAsync(data);
        using var link = new KafkaLink(silo.Kafka);
        MetadataResponse metadata;
        do
        {
            metadata = link.Ask<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = "first" }], AllowAutoTopicCreation = true }, 4);
        }
        while (metadata.Topics[0].ErrorCode != 0);
        link.Send(KafkaLink.Frame(Produce("first", 1), ProduceVersion));
        Check(link.Receive());
        latencies.Add(watch.Elapsed);
        return silo;
    }

    // Keeps so many requests in flight until so many bytes are acknowledged.
    internal static void Pump(SiloProcess silo, KafkaLink link, string what, ProduceRequest request, int inFlight, long totalBytes)
    {
        byte[] frame = KafkaLink.Frame(request, ProduceVersion);
        long batchBytes = request.TopicData[0].PartitionData[0].Records!.Value.Length;
        long count = totalBytes / batchBytes;
        var begun = new Queue<long>();
        var latencies = new Latencies();
        TimeSpan before = ProcessorTime(silo);
        for (long sent = 0, done = 0; done < count;)
        {
            while (sent < count && begun.Count < inFlight)
            {
                begun.Enqueue(Stopwatch.GetTimestamp());
                link.Send(frame);
                sent++;
            }
            Check(link.Receive());
            latencies.Add(Stopwatch.GetElapsedTime(begun.Dequeue()));
            done++;
        }
        latencies.Report(what, count * batchBytes, ProcessorTime(silo) - before);
    }

    internal static void Check(ReadOnlyMemory<byte> answer)
    {
        ProduceResponse.PartitionProduceResponse partition = KafkaLink.Parse<ProduceResponse>(answer, ProduceVersion).Responses[0].PartitionResponses[0];
        if (partition.ErrorCode != 0)
        {
            throw new InvalidOperationException($"Produce failed with error {partition.ErrorCode}.");
        }
    }

    private static double BareWrites(string path, int sizeBytes, int count)
    {
        byte[] bytes = new byte[sizeBytes];
        using ILogFile file = new PhysicalDisk().Open(path);
        file.SetLength(0);
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < count; i++)
        {
            file.Write(bytes, (long)i * sizeBytes);
            file.Flush();
        }
        return (double)sizeBytes * count / watch.Elapsed.TotalSeconds / 1e6;
    }

    internal static ProduceRequest Produce(string topic, int batchBytes)
    {
        using var builder = new RecordBatchBuilder();
        byte[] value = new byte[RecordBytes];
        for (int size = BatchLayout.HeaderSizeBytes; size == BatchLayout.HeaderSizeBytes || size + RecordBytes + 10 < batchBytes; size += RecordBytes + 10)
        {
            builder.Append(1_700_000_000_000, NullableBytes.Null, value);
        }
        using RecordData batch = builder.Build();
        return new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 30_000,
            TopicData = [new ProduceRequest.TopicProduceData { Name = topic, PartitionData = [new ProduceRequest.PartitionProduceData { Records = batch.Bytes.ToArray() }] }],
        };
    }

    private static FetchRequest Fetch(string topic, long offset, int maxBytes) => new()
    {
        ReplicaId = -1,
        MaxWaitMs = 500,
        MinBytes = 1,
        MaxBytes = maxBytes,
        Topics = [new FetchRequest.FetchTopic { Topic = topic, Partitions = [new FetchRequest.FetchPartition { FetchOffset = offset, PartitionMaxBytes = maxBytes }] }],
    };

    private static long EndOf(ReadOnlySpan<byte> records)
    {
        var batches = new BatchSequence(records);
        long end = 0;
        while (batches.MoveNext(out BatchHeader header, out _))
        {
            end = header.NextOffset.Value;
        }
        return end;
    }

    private static TimeSpan ProcessorTime(SiloProcess silo)
    {
        using Process process = Process.GetProcessById(silo.Id);
        return process.TotalProcessorTime;
    }
}
