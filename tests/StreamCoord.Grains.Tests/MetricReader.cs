using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace StreamCoord.Grains.Tests;

/// <summary>Hears what the instruments of one meter say, as a collector does.</summary>
internal sealed class MetricReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _heard = new();

    public MetricReader(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, measurement, _, _) => Hear(instrument, measurement));
        _listener.SetMeasurementEventCallback<long>((instrument, measurement, _, _) => Hear(instrument, measurement));
        _listener.SetMeasurementEventCallback<double>((instrument, measurement, _, _) => Hear(instrument, measurement));
        _listener.Start();
    }

    /// <summary>What a gauge or an observed counter says now.</summary>
    public double Read(string name)
    {
        _listener.RecordObservableInstruments();
        return _heard[name].Last();
    }

    /// <summary>What a histogram has been told so far.</summary>
    public double[] Recorded(string name) => _heard.TryGetValue(name, out ConcurrentQueue<double>? heard) ? [.. heard] : [];

    public void Dispose() => _listener.Dispose();

    private void Hear(Instrument instrument, double measurement) => _heard.GetOrAdd(instrument.Name, _ => []).Enqueue(measurement);
}
