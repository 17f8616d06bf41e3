using System.Reflection;
using StreamCoord.Testing;
using StreamCoord.Testing.Kafka;

namespace StreamCoord.Protocol.Kafka.Tests;

/// <summary>Every message in every version: what is written is read, what is not of the version is refused, and no bytes do harm.</summary>
public sealed class MessageTests
{
    private const int Samples = 20;
    private const int Damages = 200;

    public static TheoryData<string> Messages => new(KafkaMessages.Types.Select(type => type.Name));

    [Fact]
    public void Messages_AreAllThatAreDescribed() => Assert.Equal(2 * 54, KafkaMessages.Types.Count);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_InEveryVersion_IsReadAsItWasWritten(string name) => Run(name, nameof(CheckRoundTrip));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_ThatIsCutOffAnywhere_IsRefused(string name) => Run(name, nameof(CheckTruncation));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_WithDamagedBytes_IsReadOrRefused(string name) => Run(name, nameof(CheckDamage));

    private static void CheckRoundTrip<T>(RandomMessages random, short version)
        where T : IKafkaMessage<T>
    {
        byte[] bytes = KafkaMessages.Write((T)random.Make(typeof(T)), version);

        var reader = new KafkaReader(bytes);
        T read = T.Read(ref reader, version);

        Assert.Equal(0, reader.Left);
        Assert.Equal(bytes, KafkaMessages.Write(read, version));
    }

    private static void CheckTruncation<T>(RandomMessages random, short version)
        where T : IKafkaMessage<T>
    {
        byte[] bytes = KafkaMessages.Write((T)random.Make(typeof(T)), version);
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 100))
        {
            Assert.Throws<KafkaFormatException>(() => Read<T>(bytes.AsMemory(0, length), version));
        }
    }

    private static void CheckDamage<T>(RandomMessages random, short version)
        where T : IKafkaMessage<T>
    {
        byte[] bytes = KafkaMessages.Write((T)random.Make(typeof(T)), version);
        for (int i = 0; i < Damages / Samples && bytes.Length > 0; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Index(damaged.Length)] = (byte)(0x7f + random.Index(0x81));
            Exception? failure = Record.Exception(() => Read<T>(damaged, version));
            Assert.True(failure is null or KafkaFormatException, failure?.ToString());
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> bytes, short version)
        where T : IKafkaMessage<T>
    {
        var reader = new KafkaReader(bytes);
        return T.Read(ref reader, version);
    }

    private static void Run(string name, string check)
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        Type type = KafkaMessages.Types.Single(one => one.Name == name);
        short first = KafkaMessages.VersionMinOf(type);
        short last = KafkaMessages.VersionMaxOf(type);
        MethodInfo method = typeof(MessageTests).GetMethod(check, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
        var random = new RandomMessages(seed);
        for (short version = first; version <= last; version++)
        {
            for (int i = 0; i < Samples; i++)
            {
                method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [random, version], null);
            }
        }
    }
}
