using StreamCoord.Transactions;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="TransactionOptions"/>, which say what each of them means; the ranges are theirs.</summary>
internal static class TransactionSettings
{
    private const int PartitionsMax = 1_000;

    public static TransactionOptions Read(SettingsReader settings)
    {
        var defaults = new TransactionOptions();
        return new TransactionOptions
        {
            StatePartitions = settings.Number("Transactions:StatePartitions", defaults.StatePartitions, 1, PartitionsMax),
            TimeoutMsMax = settings.Number("Transactions:TimeoutMsMax", defaults.TimeoutMsMax, 1, int.MaxValue),
            CheckIntervalMs = settings.Number("Transactions:CheckIntervalMs", defaults.CheckIntervalMs, 1, int.MaxValue),
            IdExpirationMs = settings.Number("Transactions:IdExpirationMs", defaults.IdExpirationMs, 1, long.MaxValue),
            SettleWaitMs = settings.Number("Transactions:SettleWaitMs", defaults.SettleWaitMs, 0, int.MaxValue),
            LoadWaitMs = settings.Number("Transactions:LoadWaitMs", defaults.LoadWaitMs, 0, int.MaxValue),
        };
    }
}
