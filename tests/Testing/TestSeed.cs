using System.Globalization;

namespace StreamCoord.Testing;

/// <summary>
/// Where random tests get their seeds: from <c>STREAMCOORD_TEST_SEED</c> when one is to be repeated, else a new one each run. Whoever
/// takes one prints it.
/// </summary>
public static class TestSeed
{
    /// <summary>The seed to repeat, or a new one.</summary>
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("STREAMCOORD_TEST_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int seed)
            ? seed
            : Random.Shared.Next();
}
