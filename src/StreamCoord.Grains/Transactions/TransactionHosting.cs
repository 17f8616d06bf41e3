using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Topics;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>Adds transactions to a silo.</summary>
public static class TransactionHosting
{
    /// <summary>The identity of <c>__transaction_state</c> in every cluster.</summary>
    public static readonly TopicId TransactionStateId = new(new Guid("74786e73-7461-4000-8000-000000000001"));

    /// <summary>Kafka's <c>transaction.state.log.segment.bytes</c>.</summary>
    private const int SegmentBytes = 100 * 1024 * 1024;

    /// <summary>Adds what transaction grains ask for, and the topic that they are kept in. It stands on topics, partitions and groups.</summary>
    public static ISiloBuilder AddTransactions(this ISiloBuilder silo, TransactionOptions options)
    {
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton(new InternalTopicDefinition(
            CoordinatorTopics.TransactionState,
            TransactionStateId,
            options.StatePartitions,
            new Dictionary<string, string>
            {
                [TopicConfigs.CleanupPolicy] = "compact",
                [TopicConfigs.MaxMessageBytes] = Text(CoordinatorLog.BatchBytesMax),
                [TopicConfigs.SegmentBytes] = Text(SegmentBytes),
            }));
        silo.Services.AddSingleton<IProducerIds, ProducerIds>();
        silo.Services.AddSingleton<TransactionMarkers>();
        silo.Services.AddSingleton<TransactionPartitions>();
        silo.Services.AddSingleton<TransactionMaintenance>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<TransactionPartitions>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<TransactionMaintenance>());
        return silo;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
