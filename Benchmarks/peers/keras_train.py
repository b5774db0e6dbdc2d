# SPDX-License-Identifier: Apache-2.0
"""Keras on TensorFlow, fit as the tutorials write it; an epoch begins when a command asks for it.

usage: keras_train.py data=FOLDER hidden=128 optimizer=adam rate=0.001 batch=32
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

from protocol import Commands, Course, fashion_mnist, pixels, settings  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402

chosen = settings()
hidden, batch, rate = int(chosen["hidden"]), int(chosen["batch"]), float(chosen["rate"])
keras.utils.set_random_seed(0)
(images, labels), (test_images, test_labels) = fashion_mnist(chosen["data"])
x, test_x = pixels(images), pixels(test_images)


def network():
    layers = [keras.layers.Input((784,))]
    if hidden:
        layers.append(keras.layers.Dense(hidden, activation="relu"))
    layers.append(keras.layers.Dense(10, activation="softmax"))
    model = keras.Sequential(layers)
    if chosen["optimizer"] == "sgd":
        rule = keras.optimizers.SGD(rate)
    else:
        rule = keras.optimizers.Adam(rate, epsilon=1e-7)
    model.compile(
        optimizer=rule, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def agree(seed, epochs, folder):
    course = Course(folder, seed, hidden)
    own = network()
    own.set_weights([part for w in course.weights for part in (w.T, np.zeros(len(w)))])
    for order in course.orders[: int(epochs)]:
        log = own.fit(x[order], labels[order], batch_size=batch, shuffle=False, verbose=0)
    guess = own.predict(test_x, batch_size=1000, verbose=0).argmax(1)
    return {"loss": log.history["loss"][-1], "accuracy": float((guess == test_labels).mean())}


class Turns(keras.callbacks.Callback):
    """Answers at the end of an epoch and waits for the command for the next."""

    def __init__(self):
        super().__init__()
        self.commands = Commands("Keras", keras.__version__)
        self.is_warm = False

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self.start
        if self.is_warm:
            self.commands.answer(seconds=seconds, loss=float(logs["loss"]))
        else:
            self.is_warm = True
            self.commands.begin()
        while (command := self.commands.next()) is not None:
            if command[0] == "run":
                return
            self.commands.answer(**agree(**command[1]))
        self.model.stop_training = True


model = network()
model.fit(x, labels, epochs=1_000_000, batch_size=batch, verbose=0, callbacks=[Turns()])
