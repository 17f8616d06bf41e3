using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>Asks a service for a four-letter word.</summary>
internal static class FourLetterWord
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>What it answers before it closes the connection.</summary>
    public static async Task<string> AskAsync(string address, string word)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Deadline);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(address), limit.Token);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(word), limit.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
