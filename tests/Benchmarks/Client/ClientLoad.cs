using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Benchmarks.Grains;
using StreamCoord.Client;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Benchmarks.Client;

/// <summary>Records of 100 bytes through the client library, durable, then all of them back: by an Orleans client in this process with a real silo beside it, or inside a silo in this process.</summary>
internal static class ClientLoad
{
    private const string Topic = "bench";
    private const int Partitions = 4;
    private const int ValueBytes = 100;
    private const int WarmUp = 500_000;
    private const int Counted = 4_000_000;
    private const int Rounds = 3;

    public static async Task RunAsync(string assembly)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        using IHost host = await ClientHost.StartAsync(silo, directory.Path);
        await MeasureAsync("outside", host.Client());
        await host.StopAsync();
    }

    public static Task RunInsideAsync(string directory) =>
        InProcessSilo.RunAsync(directory, services => MeasureAsync("inside", new StreamCoordClient(services.GetRequiredService<IGrainFactory>())));

    private static async Task MeasureAsync(string where, StreamCoordClient client)
    {
        await client.Topics.CreateAsync(Topic, Partitions);
        await using Producer producer = client.CreateProducer();
        await ProduceAsync(producer, WarmUp);
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan before = ProcessorTime;
            double seconds = await ProduceAsync(producer, Counted);
            Console.WriteLine($"{where}: produce {ValueBytes} B, durable: {Counted / seconds:N0} records/s, {NanosecondsEach(before):N0} ns of this process's processor time each");
        }
        for (int round = 0; round < Rounds; round++)
        {
            foreach (bool byBatch in (bool[])[false, true])
            {
                TimeSpan before = ProcessorTime;
                double rate = await ConsumeAsync(client, Counted, byBatch);
                Console.WriteLine($"{where}: consume {(byBatch ? "by batch" : "record by record")}: {rate:N0} records/s, {NanosecondsEach(before):N0} ns each");
            }
        }
    }

    // What other processes of the machine take changes the rates, and this hardly.
    private static TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

    private static double NanosecondsEach(TimeSpan before) => (ProcessorTime - before).TotalNanoseconds / Counted;

    private static async Task<double> ProduceAsync(Producer producer, int count)
    {
        var record = new OutgoingRecord { Value = new byte[ValueBytes] };
        Delivery last = default;
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < count; i++)
        {
            ValueTask<Delivery> send = producer.SendAsync(Topic, record);
            last = send.IsCompletedSuccessfully ? await send : await send.AsTask();
        }
        await producer.FlushAsync();
        double seconds = watch.Elapsed.TotalSeconds;
        await last.WaitAsync();
        return seconds;
    }

    private static async Task<double> ConsumeAsync(StreamCoordClient client, int count, bool byBatch)
    {
        await using Consumer consumer = client.CreateConsumer(new ConsumerOptions
        {
            Partitions = [.. Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topic, partition))],
            OffsetReset = OffsetReset.Earliest,
        });
        Stopwatch watch = Stopwatch.StartNew();
        long bytes = 0;
        int read = 0;
        if (byBatch)
        {
            await foreach (ConsumedBatch batch in consumer.ReadBatchesAsync())
            {
                foreach (ConsumedRecord record in batch)
                {
                    (bytes, read) = (bytes + record.Value!.Value.Length, read + 1);
                }
                if (read >= count)
                {
                    break;
                }
            }
        }
        else
        {
            await foreach (ConsumedRecord record in consumer.ReadAsync())
            {
                bytes += record.Value!.Value.Length;
                if (++read >= count)
                {
                    break;
                }
            }
        }
        return bytes == (long)read * ValueBytes ? read / watch.Elapsed.TotalSeconds : throw new InvalidOperationException("A record has another size.");
    }
}
