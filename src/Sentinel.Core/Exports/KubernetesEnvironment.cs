using System.Text.RegularExpressions;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The environment of a process as ConfigMaps: one for each part whose values are known, named by these, so that a change of them starts new pods.</summary>
internal sealed partial class KubernetesEnvironment
{
    public KubernetesEnvironment(Service service, Conversion conversion)
    {
        var (maps, sources, secrets) = (new List<(string, Yaml.Table)>(), new List<Yaml>(), new List<Yaml>());
        foreach (var layer in service.Variables.Layers)
            if (layer is Layer.File file)
                sources.Add(OfFile(service, conversion, file));
            else if (Of(service, conversion, (Layer.Values)layer) is { } map)
            {
                maps.Add(map);
                sources.Add(new Yaml.Table { { "configMapRef", new Yaml.Table { { "name", map.Name } } } });
            }

        foreach (var secret in service.Spec.Secrets)
        {
            var name = $"{service.Name}-secret";
            service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"the Secret {name} has to have {secret.Name}, {Containers.Source(secret)}: 'kubectl create secret generic {name}'");
            secrets.Add(new Yaml.Table
            {
                { "name", secret.Name },
                { "valueFrom", new Yaml.Table { { "secretKeyRef", new Yaml.Table { { "name", name }, { "key", secret.Name } } } } },
            });
        }

        (Maps, Sources, Secrets) = (maps, new Yaml.List(sources), new Yaml.List(secrets));
    }

    public IReadOnlyList<(string Name, Yaml.Table Object)> Maps { get; }

    /// <summary>The ConfigMaps that a container takes; later ones win.</summary>
    public Yaml.List Sources { get; }

    public Yaml.List Secrets { get; }

    private static (string Name, Yaml.Table Object)? Of(Service service, Conversion conversion, Layer.Values layer)
    {
        var data = new Yaml.Table();
        foreach (var (name, value) in layer.Own.GroupBy(variable => variable.Name).Select(same => same.Last()))
            if (Key().IsMatch(name))
                data.Add(name, value);
            else
                service.Tell($"the variable {name} is left out, because Kubernetes takes no such name");
        if (data.Count == 0)
            return null;
        var map = $"{service.Name}-env-{Service.HashOf(layer.Own.Select(variable => $"{variable.Name}={variable.Value}"))[..Kubernetes.HashDigits]}";
        return (map, new Yaml.Table
        {
            { "apiVersion", "v1" },
            { "kind", "ConfigMap" },
            { "metadata", new Yaml.Table { { "name", map }, { "labels", Containers.OfDomain.Of(service, conversion, hasHash: false) } } },
            { "data", data },
        });
    }

    // A cluster has no such file: the user makes a ConfigMap of it.
    private static Yaml.Table OfFile(Service service, Conversion conversion, Layer.File file)
    {
        var number = service.Variables.Files.Where(other => other.IsOfProject == file.IsOfProject).Index().First(other => other.Item == file).Index + 1;
        var name = $"{(file.IsOfProject ? conversion.Name : service.Name)}-file-{number}";
        service.TellOfFile(file, $"a cluster does not have this file: 'kubectl create configmap {name} --from-env-file={file.Path}' gives it its variables");
        return new Yaml.Table { { "configMapRef", new Yaml.Table { { "name", name }, { "optional", file.IsOptional } } } };
    }

    [GeneratedRegex("^[-._a-zA-Z][-._a-zA-Z0-9]*$")]
    private static partial Regex Key();
}
