namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>How many connections there are, together and from each address. Safe for concurrent use.</summary>
/// <remarks>Always connections &lt;= <see cref="KafkaGatewayOptions.ConnectionsMax"/>, and of an address &lt;= <see cref="KafkaGatewayOptions.ConnectionsMaxPerAddress"/>.</remarks>
internal sealed class ConnectionCounts(KafkaGatewayOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byAddress = [];
    private int _all;

    /// <summary>Counts one more; null, or the limit that it would exceed: then it is not counted.</summary>
    public string? TryEnter(string address)
    {
        lock (_gate)
        {
            int own = _byAddress.GetValueOrDefault(address);
            if (_all >= options.ConnectionsMax)
            {
                return $"{options.ConnectionsMax} connections are open (Kafka:{nameof(KafkaGatewayOptions.ConnectionsMax)})";
            }
            if (own >= options.ConnectionsMaxPerAddress)
            {
                return $"{options.ConnectionsMaxPerAddress} connections from that address are open (Kafka:{nameof(KafkaGatewayOptions.ConnectionsMaxPerAddress)})";
            }
            _all++;
            _byAddress[address] = own + 1;
            return null;
        }
    }

    /// <summary>Counts one less.</summary>
    public void Leave(string address)
    {
        lock (_gate)
        {
            _all--;
            if (--_byAddress[address] == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }
}
