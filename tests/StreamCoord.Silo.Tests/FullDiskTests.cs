using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>
/// The real silo runs into the end of its room: a file-size limit that is put on its process, which makes every write beyond it fail, and
/// taken off again.
/// </summary>
public sealed partial class FullDiskTests
{
    private const int FileSizeResource = 1; // RLIMIT_FSIZE

    [Fact]
    public async Task WithoutRoom_AppendsAreRefused_ReadsGoOn_AndAppendsResume()
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(silo, "before\n")).Status);

        LimitFileSize(silo.Id, new FileSizeLimit(2_000, ulong.MaxValue));
        for (int i = 0; i < 3; i++)
        {
            (HttpStatusCode status, string answer) = await ImportAsync(silo, new string('x', 5_000));
            Assert.True(status is HttpStatusCode.InsufficientStorage or HttpStatusCode.ServiceUnavailable, $"{status}: {answer} {silo.Output}");
            Assert.Contains("KAFKA_STORAGE_ERROR", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
            Assert.Equal(["before"], await ReadAsync(silo));
        }
        LimitFileSize(silo.Id, new FileSizeLimit(ulong.MaxValue, ulong.MaxValue));

        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(silo, "after\n")).Status);
        Assert.Equal(["before", "after"], await ReadAsync(silo));
        await silo.KillAsync();
        await using SiloProcess again = await SiloProcess.StartAsync(directory.Path);
        Assert.Equal(["before", "after"], await ReadAsync(again));
    }

    private static async Task<(HttpStatusCode Status, string Answer)> ImportAsync(SiloProcess silo, string text)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        using HttpResponseMessage response = await silo.Http.PutAsync("/v1/topics/full/records:import", body);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<List<string?>> ReadAsync(SiloProcess silo)
    {
        using JsonDocument page = JsonDocument.Parse(await silo.Http.GetStringAsync("/v1/topics/full/partitions/0/records?offset=0"));
        return [.. page.RootElement.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("value").GetString())];
    }

    private static void LimitFileSize(int processId, FileSizeLimit limit) =>
        Assert.Equal(0, SetLimit(processId, FileSizeResource, limit, IntPtr.Zero));

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int SetLimit(int pid, int resource, in FileSizeLimit limit, IntPtr old);

    /// <summary>struct rlimit: what is in force, and how far the process may raise it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FileSizeLimit(ulong Current, ulong Max);
}
