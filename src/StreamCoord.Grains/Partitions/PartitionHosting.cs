using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Partitions;

/// <summary>Registers what partition grains need.</summary>
public static class PartitionHosting
{
    /// <summary>
    /// Adds the logs of this silo, kept below <paramref name="dataDirectory"/>, and their maintenance. The caller binds
    /// <see cref="LogOptions"/>; a file system that was registered before is used in place of the operating system's.
    /// </summary>
    public static IServiceCollection AddPartitions(this IServiceCollection services, string dataDirectory)
    {
        services.AddSingleton<IValidateOptions<LogOptions>, LogOptionsValidator>();
        services.TryAddSingleton<ILogDisk, PhysicalDisk>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new LogManager(
            provider.GetRequiredService<ILogDisk>(),
            dataDirectory,
            provider.GetRequiredService<IOptions<LogOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LogManager>>(),
            GiveMemoryBack,
            InternalTopics.ZNodesId));
        services.AddSingleton<ILogDirectory>(provider => provider.GetRequiredService<LogManager>());
        services.AddSingleton<LocalPartitions>();
        services.AddSingleton<PartitionParts>();
        services.AddSingleton<ILocalPartitions>(provider => provider.GetRequiredService<LocalPartitions>());
        services.AddSingleton<ICopyProgress>(provider => provider.GetRequiredService<LocalPartitions>());
        services.AddSingleton<ILocalFollowers, LocalFollowers>();
        services.AddSingleton<IHostedService, PartitionMaintenance>();
        return services;
    }

    // What the work before has left behind would stay in memory for good: an idle silo allocates nothing that would make the collector run.
    // After 10,000 partitions were written to it is some 70 MB.
    private static void GiveMemoryBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
