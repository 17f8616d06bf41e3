using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Groups;

/// <summary>Adds consumer groups to a silo.</summary>
public static class GroupHosting
{
    /// <summary>The identity of <c>__consumer_offsets</c> in every cluster.</summary>
    public static readonly TopicId ConsumerOffsetsId = new(new Guid("6f666673-6574-4000-8000-000000000001"));

    /// <summary>Kafka's <c>offsets.topic.segment.bytes</c>: small segments are compacted sooner, and a coordinator reads what is left.</summary>
    private const int SegmentBytes = 100 * 1024 * 1024;

    /// <summary>Adds what group grains ask for, and the topic that they are kept in. It stands on topics, partitions and the placement that the tree adds.</summary>
    public static ISiloBuilder AddGroups(this ISiloBuilder silo, GroupOptions options)
    {
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton(new InternalTopicDefinition(
            CoordinatorTopics.ConsumerOffsets,
            ConsumerOffsetsId,
            options.OffsetsPartitions,
            new Dictionary<string, string>
            {
                [TopicConfigs.CleanupPolicy] = "compact",
                [TopicConfigs.MaxMessageBytes] = Text(CoordinatorLog.BatchBytesMax),
                [TopicConfigs.SegmentBytes] = Text(SegmentBytes),
            }));
        silo.Services.AddSingleton<OffsetsPartitions>();
        silo.Services.AddSingleton<IMarkedTopic>(services => services.GetRequiredService<OffsetsPartitions>());
        silo.Services.AddSingleton<GroupMaintenance>();
        silo.Services.AddSingleton(new GroupConfigs(options));
        silo.Services.AddSingleton<TopicImages>();
        silo.Services.AddSingleton<ITopicNames>(services => services.GetRequiredService<TopicImages>());
        silo.Services.AddSingleton<DeletedTopicOffsets>();
        silo.Services.AddSingleton<GroupConfigStore>();
        silo.Services.AddSingleton<GroupSurroundings>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<OffsetsPartitions>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<GroupMaintenance>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<TopicImages>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<DeletedTopicOffsets>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<GroupConfigStore>());
        return silo;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
