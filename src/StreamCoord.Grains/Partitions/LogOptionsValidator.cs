using System.Globalization;
using Microsoft.Extensions.Options;
using StreamCoord.Log;

namespace StreamCoord.Grains.Partitions;

/// <summary>Names the key and the accepted range of a wrong value in section <c>StreamCoord:Log</c>.</summary>
internal sealed class LogOptionsValidator : IValidateOptions<LogOptions>
{
    private const long KiB = 1024;
    private const long GiB = 1024 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, LogOptions options)
    {
        List<string> problems = [];
        Check(nameof(LogOptions.AppendThreads), options.AppendThreads, 1, 256);
        Check(nameof(LogOptions.ReadThreads), options.ReadThreads, 1, 256);
        Check(nameof(LogOptions.GroupBytesMax), options.GroupBytesMax, 64 * KiB, GiB);
        Check(nameof(LogOptions.QueuedBytesMax), options.QueuedBytesMax, 1024 * KiB, GiB);
        Check(nameof(LogOptions.IdleCloseMs), options.IdleCloseMs, 100, int.MaxValue);
        Check(nameof(LogOptions.MaintenanceIntervalMs), options.MaintenanceIntervalMs, 100, int.MaxValue);
        if (options.MaintenanceBytesPerSecond != 0)
        {
            Check(nameof(LogOptions.MaintenanceBytesPerSecond), options.MaintenanceBytesPerSecond, 64 * KiB, long.MaxValue, "0 (no limit) or ");
        }
        Check(nameof(LogOptions.CompactionKeysMax), options.CompactionKeysMax, 1_000, int.MaxValue);
        Check(nameof(LogOptions.ProducerIdExpirationMs), options.ProducerIdExpirationMs, 1, long.MaxValue);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(string key, long value, long min, long max, string orElse = "")
        {
            if (value < min || value > max)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"StreamCoord:Log:{key} is {value}; it takes {orElse}a number from {min} to {max}."));
            }
        }
    }
}
