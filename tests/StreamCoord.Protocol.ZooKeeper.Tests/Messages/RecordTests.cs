using StreamCoord.Testing;

namespace StreamCoord.Protocol.ZooKeeper.Tests.Messages;

/// <summary>Records have exactly the bytes of the protocol, both ways; and whatever else comes is refused before it costs memory.</summary>
public sealed class RecordTests
{
    /// <summary>What a reader may allocate besides its objects: the exception and its message.</summary>
    private const int AllocatedBytesMin = 8_192;

    /// <summary>A vector of the smallest records costs an object for every few bytes.</summary>
    private const int AllocatedPerByteMax = 64;

    public static TheoryData<int> Cases => new(Enumerable.Range(0, RecordCases.All.Count));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ARecord_IsWrittenAsTheProtocolHasIt(int index)
    {
        IRecordCase one = RecordCases.All[index];

        Assert.Equal(Convert.ToHexString(one.Expected), Convert.ToHexString(one.Write()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ARecord_IsReadAsTheProtocolHasIt(int index)
    {
        IRecordCase one = RecordCases.All[index];

        Assert.Equal(Convert.ToHexString(one.Expected), Convert.ToHexString(one.ReadAndWrite(one.Expected)));
    }

    [Fact]
    public void EveryRecord_HasACase()
    {
        HashSet<Type> covered = [.. RecordCases.All.Select(one => one.GetType().GetGenericArguments()[0])];

        Assert.DoesNotContain(
            typeof(JuteReader).Assembly.GetExportedTypes(),
            type => type.IsValueType && type.Namespace!.EndsWith(".Messages", StringComparison.Ordinal) && !covered.Contains(type));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ARecord_ThatEndsEarly_IsRefused(int index)
    {
        IRecordCase one = RecordCases.All[index];
        // The byte of a connect message that old clients leave out may be missing.
        bool mayLackAByte = one.ToString()!.StartsWith("Connect", StringComparison.Ordinal) && one.Expected.Length % 4 == 1;
        for (int length = 0; length < one.Expected.Length - (mayLackAByte ? 1 : 0); length++)
        {
            Assert.Throws<JuteFormatException>(() => one.Read(one.Expected.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ADamagedRecord_CostsAnExceptionAndLittleMemory(int index)
    {
        IRecordCase one = RecordCases.All[index];
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = Damage(one.Expected, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                one.Read(bytes);
            }
            catch (JuteFormatException)
            {
                // As it should be.
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= AllocatedBytesMin + ((long)AllocatedPerByteMax * bytes.Length), $"{allocated} bytes for {Convert.ToHexString(bytes)}");
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole, .. new byte[random.Next(0, 64)]];
        switch (random.Next(3))
        {
            case 0:
                random.NextBytes(bytes);
                break;
            case 1 when bytes.Length >= 4:
                // A length or a count of another size, maybe of a huge one.
                int length = random.Next(4) switch { 0 => int.MaxValue, 1 => int.MinValue, 2 => -2, _ => random.Next(0, 200) };
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(random.Next(0, bytes.Length - 3)), length);
                break;
            default:
                for (int flips = random.Next(1, 4); flips > 0 && bytes.Length > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }
                break;
        }
        return bytes;
    }
}
