// SPDX-License-Identifier: Apache-2.0

/// What training makes small: a loss with its options, as a value.
///
/// ```swift
/// let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: dataset.balancedClassWeights)
/// try network.fit(to: dataset, loss: loss, optimizer: .adam(), epochs: 10)
/// ```
///
/// Every loss is taken from the logits, the outputs before a softmax or a sigmoid at the network's end.
/// That of a batch is a mean: the sum over its samples of weight times loss, divided by the sum of the
/// weights. A sample's weight is its ``LabeledDataset/sampleWeights`` times the weight of its class, 0
/// for the ignored class. Weights of 2 train as two copies would, weights of 0 as if the sample were
/// not there. Where all weights of a batch are 0, its loss and its gradient are 0.
/// `docs/losses.md` has the formulas, and what each peer does instead.
public struct Loss: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case crossEntropy, binaryCrossEntropy, squared, absolute
    case huber(delta: Double)
    case multiClassHinge(margin: Double)
    case custom(NamedLossFunction)
  }

  package let kind: Kind
  /// How much of each target is spread evenly over the classes, or over yes and no, within 0..<1.
  public let labelSmoothing: Double
  /// How much each class counts, by index; empty where all count the same.
  public let classWeights: [Double]
  /// The class whose samples count nothing, if any.
  public let ignoredClass: Int?

  private init(
    _ kind: Kind, labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) {
    self.kind = kind
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
    self.ignoredClass = ignoredClass
  }
}

// MARK: - From one class, or a distribution over the classes

extension Loss {
  /// Softmax cross-entropy from logits, the mean over the samples of a batch.
  ///
  /// Of one sample with logits z: ln(sum over k of exp z_k) - z_y for the label y, or the sum over j
  /// of t_j (ln(sum over k of exp z_k) - z_j) for a target distribution t. The gradient to the logits
  /// is softmax(z) - t. Never computed through the logarithm of a probability.
  public static let crossEntropy = Loss(.crossEntropy)

  /// Softmax cross-entropy from logits with smoothed targets, weights of the classes or an ignored one.
  ///
  /// Of one sample the sum over j of w_j t'_j (ln(sum over k of exp z_k) - z_j), with
  /// t' = (1 - smoothing) t + smoothing / classes; in the mean it weighs the sum over j of w_j t_j,
  /// which for a label y is w_y. PyTorch's values for labels, with every pair of options; for soft
  /// targets PyTorch divides by the number of samples, so that one-hot rows and labels differ there.
  ///
  /// - Parameters:
  ///   - labelSmoothing: how much of each target is spread evenly over the classes, within 0..<1.
  ///     Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.
  ///   - classWeights: how much each class counts, by index; none for all the same.
  ///   - ignoredClass: the class whose samples count nothing (Keras: `ignore_class`, PyTorch:
  ///     `ignore_index`). Of soft targets only those that are that class alone.
  public static func crossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      .crossEntropy, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }

  /// The multi-class hinge loss of support vector machines, in Weston and Watkins' form.
  ///
  /// Of one sample with outputs z and label y: the sum over j other than y of
  /// max(0, margin - z_y + z_j), divided by the number of classes. PyTorch's `MultiMarginLoss` with
  /// p = 1 but for the mean's divisor with class weights, which there is the number of samples. Takes
  /// labels, or distributions that are one-hot. Source: Weston and Watkins, "Support vector machines
  /// for multi-class pattern recognition", ESANN 1999.
  public static func multiClassHinge(
    margin: Double = 1, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      .multiClassHinge(margin: margin), classWeights: classWeights, ignoredClass: ignoredClass)
  }
}

// MARK: - Of each output by itself

extension Loss {
  /// Binary cross-entropy from logits, the mean over the outputs and over the samples of a batch.
  ///
  /// Of one output with the logit z and the target t: ln(1 + exp z) - t z, of slope sigmoid(z) - t,
  /// computed as max(z, 0) - t z + ln(1 + exp(-|z|)). Keras' `BinaryCrossentropy(from_logits=True)`,
  /// PyTorch's `BCEWithLogitsLoss`.
  ///
  /// - One output for two classes: t is 1 for class 1 and 0 for class 0.
  /// - An output for each class: t is one-hot for a label, or the row of soft or multi-label targets.
  ///
  /// - Parameters:
  ///   - labelSmoothing: t becomes (1 - smoothing) t + smoothing / 2, as in Keras.
  ///   - classWeights: how much the samples of each class count, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples count nothing; not for multi-label targets.
  public static func binaryCrossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      .binaryCrossEntropy, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }

  /// The squared loss (z - t)^2 / 2 of the outputs and one-hot or soft targets, the mean over the
  /// outputs and over the samples of a batch.
  ///
  /// With the half of "Dive into Deep Learning", so that the slope is z - t; Keras' and PyTorch's
  /// mean squared error is twice as large.
  public static let squared = Loss(.squared)

  /// The squared loss with weights of the classes or an ignored one.
  public static func squared(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(.squared, classWeights: classWeights, ignoredClass: ignoredClass)
  }

  /// The absolute (L1) loss |z - t| of the outputs and one-hot or soft targets, the mean over the
  /// outputs and over the samples of a batch.
  ///
  /// Its slope is the sign of z - t, 0 at 0.
  public static let absolute = Loss(.absolute)

  /// The absolute loss with weights of the classes or an ignored one.
  public static func absolute(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(.absolute, classWeights: classWeights, ignoredClass: ignoredClass)
  }

  /// Huber's robust loss of the outputs and one-hot or soft targets, the mean over the outputs and over
  /// the samples of a batch.
  ///
  /// With e = z - t: e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2). Source: Huber, "Robust
  /// estimation of a location parameter", 1964.
  public static func huber(
    delta: Double = 1, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(.huber(delta: delta), classWeights: classWeights, ignoredClass: ignoredClass)
  }

  /// A loss of one's own, the mean over the samples of a batch.
  ///
  /// - Parameters:
  ///   - function: what a row costs; losses are equal where their functions' names are.
  ///   - classWeights: how much the samples of each class count, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples count nothing; not for multi-label targets.
  public static func custom(
    _ function: any LossFunction, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      .custom(NamedLossFunction(function)), classWeights: classWeights, ignoredClass: ignoredClass)
  }
}

// MARK: - Names

extension Loss {
  /// The name, as a saved model has it.
  public var name: String {
    switch kind {
    case .crossEntropy: "cross-entropy"
    case .binaryCrossEntropy: "binary-cross-entropy"
    case .squared: "squared"
    case .absolute: "absolute"
    case .huber: "huber"
    case .multiClassHinge: "multi-class-hinge"
    case .custom(let named): named.function.name
    }
  }

  /// The settings by name, as a saved model has them, but for the weights of the classes.
  ///
  /// Those that change nothing, such as a smoothing of 0, are left out.
  public var settings: [String: Double] {
    var settings: [String: Double] = [:]
    if labelSmoothing != 0 { settings["label_smoothing"] = labelSmoothing }
    if let ignoredClass { settings["ignored_class"] = Double(ignoredClass) }
    switch kind {
    case .huber(let delta): settings["delta"] = delta
    case .multiClassHinge(let margin): settings["margin"] = margin
    default: break
    }
    return settings
  }

  /// Whether it is cross-entropy and nothing else, which has kernels of its own.
  var isPlainCrossEntropy: Bool { self == .crossEntropy }
}
